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

    /// <summary>
    /// Shows the name of each file and folder directly in the folder, in no order, until <paramref name="visit"/> returns false. Symbolic links are
    /// left out; a missing folder has none.
    /// </summary>
    void Scan(string folder, NameVisitor visit);

    /// <summary>What stands under the name, or null for nothing; a symbolic link counts as nothing. Opens no file.</summary>
    FileStatus? Stat(string path);

    /// <summary>Opens an existing file for reading only, which a read-only device allows.</summary>
    IStorageFile OpenRead(string path);

    /// <summary>Opens an existing file, or makes a new one (<paramref name="create"/>: it must not exist).</summary>
    IStorageFile Open(string path, bool create);

    /// <summary>Removes a file; a missing one is fine.</summary>
    void Delete(string path);

    /// <summary>Renames, replacing the target atomically; durable when the folder has been synced, or both when they differ.</summary>
    void Rename(string from, string to);

    /// <summary>
    /// Makes <paramref name="to"/>, which must not exist, a second name of the file, or a copy with the same time where the device has no second names.
    /// For files that are replaced and never written to again. Durable when the folder of <paramref name="to"/> has been synced.
    /// </summary>
    void Link(string from, string to);

    /// <summary>Sets the time of the last change, in microseconds since 1970-01-01Z.</summary>
    void SetModified(string path, long micros);

    /// <summary>Returns when everything written to these closed files is on the device; one operation for many where the platform has it.</summary>
    void SyncAll(IReadOnlyList<string> paths);

    /// <summary>Makes names that were added, replaced or removed in the folder durable.</summary>
    void SyncFolder(string folder);

    /// <summary>Takes the lock that the file stands for; released by disposing, or by the end of the process.</summary>
    /// <exception cref="IOException">Somebody else holds it.</exception>
    IDisposable Lock(string path);

    /// <summary>Bytes of all files below a folder, by looking at each; 0 for a missing one.</summary>
    long BytesBelow(string folder);

    /// <summary>Space of the device that holds the root.</summary>
    DeviceSpace Space();
}

/// <summary>Sees a name; false ends the scan. The name is valid during the call only.</summary>
public delegate bool NameVisitor(ReadOnlySpan<char> name, bool isFolder);

/// <param name="IsFolder">Whether it is a folder.</param>
/// <param name="Length">Bytes; 0 for a folder.</param>
/// <param name="Modified">Time of the last change in microseconds since 1970-01-01Z.</param>
/// <param name="Identity">Tells a file from the one that replaced it (inode number) where the platform has that, otherwise 0.</param>
public readonly record struct FileStatus(bool IsFolder, long Length, long Modified, long Identity);

/// <param name="FreeBytes">Bytes that this process may still use.</param>
/// <param name="TotalBytes">Size.</param>
public readonly record struct DeviceSpace(long FreeBytes, long TotalBytes);

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
