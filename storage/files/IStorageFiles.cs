namespace Trading.Storage.Files;

/// <summary>
/// The few file operations that storage needs, below one root folder: the place where tests inject faults and crashes.
/// Paths are relative, with <c>/</c>. Everything is synchronous: it is called from a writer thread or the thread pool, never from a grain's turn.
/// </summary>
/// <remarks>Failures are <see cref="IOException"/>s. Nothing is durable before the file, and for new names the folder, has been synced.</remarks>
public interface IStorageFiles
{
    /// <summary>Makes the folder if needed; durable when it returns.</summary>
    void CreateFolder(string folder);

    /// <summary>The names (not paths) of the files directly in the folder, in ordinal order.</summary>
    IReadOnlyList<string> List(string folder);

    bool Exists(string path);

    /// <summary>Opens an existing file, or makes a new one (<paramref name="create"/>: it must not exist).</summary>
    IStorageFile Open(string path, bool create);

    /// <summary>Removes a file; a missing one is fine.</summary>
    void Delete(string path);

    /// <summary>Renames within one folder, replacing the target atomically.</summary>
    void Rename(string from, string to);

    /// <summary>Makes names that were added, replaced or removed in the folder durable.</summary>
    void SyncFolder(string folder);

    /// <summary>Takes the lock that the file stands for; released by disposing, or by the end of the process.</summary>
    /// <exception cref="IOException">Somebody else holds it.</exception>
    IDisposable Lock(string path);
}

/// <summary>An open file. Reads may run beside one writer.</summary>
public interface IStorageFile : IDisposable
{
    long Length { get; }

    /// <summary>Reads until the buffer is full or the file ends; returns the number of bytes.</summary>
    int Read(long offset, Span<byte> buffer);

    /// <summary>Writes all bytes or fails; after a failure any part of them may have been written.</summary>
    void Write(long offset, ReadOnlySpan<byte> bytes);

    void SetLength(long length);

    /// <summary>Returns when everything written is on the device.</summary>
    void Sync();
}
