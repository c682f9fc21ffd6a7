namespace Trading.Storage.Files;

/// <summary>Replacing and reading whole small files.</summary>
public static class AtomicFile
{
    /// <summary>Files with this ending are leftovers of an interrupted write.</summary>
    public const string TemporarySuffix = ".tmp";

    /// <summary>Writes under a temporary name, syncs, renames, syncs the folder: after a crash the old or the new content is there, never a mixture.</summary>
    public static void Write(IStorageFiles files, string folder, string name, ReadOnlySpan<byte> content)
    {
        var path = $"{folder}/{name}";
        var temporary = path + TemporarySuffix;
        files.Delete(temporary);
        try
        {
            using (var file = files.Open(temporary, create: true))
            {
                file.Write(0, content);
                file.Sync();
            }
            files.Rename(temporary, path);
        }
        catch (IOException)
        {
            TryDelete(files, temporary);
            throw;
        }
        files.SyncFolder(folder);
    }

    /// <summary>The content, or null when there is no such file.</summary>
    public static byte[]? Read(IStorageFiles files, string path)
    {
        IStorageFile file;
        try
        {
            file = files.Open(path, create: false);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        using (file)
        {
            var content = new byte[file.Length];
            return file.Read(0, content) == content.Length ? content : throw new IOException($"{path} changed its length while it was read.");
        }
    }

    private static void TryDelete(IStorageFiles files, string path)
    {
        try
        {
            files.Delete(path);
        }
        catch (IOException)
        {
            // The next write of the same name removes the leftover first; the first failure is the one to report.
        }
    }
}
