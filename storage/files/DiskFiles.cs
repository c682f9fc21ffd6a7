using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Trading.Storage.Files;

/// <summary>The real files below a folder.</summary>
public sealed partial class DiskFiles : IStorageFiles
{
    private readonly string _root;

    /// <param name="root">Made if it does not exist.</param>
    public DiskFiles(string root)
    {
        _root = Path.GetFullPath(root);
        Directory.CreateDirectory(_root);
    }

    public void CreateFolder(string folder)
    {
        var path = Full(folder);
        if (Directory.Exists(path))
            return;
        Directory.CreateDirectory(path);
        for (var parent = Path.GetDirectoryName(path); parent is not null && parent.Length >= _root.Length; parent = Path.GetDirectoryName(parent))
            SyncFullFolder(parent);
    }

    public IReadOnlyList<string> List(string folder)
    {
        var names = new List<string>();
        foreach (var path in Directory.EnumerateFiles(Full(folder)))
            names.Add(Path.GetFileName(path));
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    public bool Exists(string path) => File.Exists(Full(path));

    public IStorageFile Open(string path, bool create) =>
        new DiskFile(File.OpenHandle(Full(path), create ? FileMode.CreateNew : FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete));

    public void Delete(string path) => File.Delete(Full(path));

    public void Rename(string from, string to) => File.Move(Full(from), Full(to), overwrite: true);

    public void SyncFolder(string folder) => SyncFullFolder(Full(folder));

    public IDisposable Lock(string path) => new FileStream(Full(path), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);

    /// <summary>True when the device has no room left for what was asked.</summary>
    public static bool IsDiskFull(Exception exception)
    {
        const int UnixNoSpace = 28, UnixQuota = 122, WindowsDiskFull = unchecked((int)0x80070070);
        return exception is IOException { HResult: UnixNoSpace or UnixQuota or WindowsDiskFull };
    }

    /// <summary>True when the device is read-only or the process may not do what it tried.</summary>
    public static bool IsForbidden(Exception exception)
    {
        const int UnixReadOnly = 30, UnixNotPermitted = 1, UnixAccess = 13, WindowsWriteProtect = unchecked((int)0x80070013);
        return exception is UnauthorizedAccessException or IOException { HResult: UnixReadOnly or UnixNotPermitted or UnixAccess or WindowsWriteProtect };
    }

    private string Full(string path) => Path.Join(_root, path);

    private static void SyncFullFolder(string folder)
    {
        // Windows offers no flush of a directory and journals its metadata itself.
        if (OperatingSystem.IsWindows())
            return;
        OnFolder(folder, NativeSync);
    }

    // .NET opens no directories, and a new file name is durable only after its directory has been synced.
    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NativeOpen(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NativeSync(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NativeClose(int descriptor);

    private sealed class DiskFile(SafeFileHandle handle) : IStorageFile
    {
        public long Length => RandomAccess.GetLength(handle);

        public int Read(long offset, Span<byte> buffer)
        {
            var total = 0;
            while (total < buffer.Length)
            {
                var read = RandomAccess.Read(handle, buffer[total..], offset + total);
                if (read == 0)
                    break;
                total += read;
            }
            return total;
        }

        public void Write(long offset, ReadOnlySpan<byte> bytes) => RandomAccess.Write(handle, bytes, offset);

        public void SetLength(long length) => RandomAccess.SetLength(handle, length);

        public void Sync() => RandomAccess.FlushToDisk(handle);

        public void Dispose() => handle.Dispose();
    }
}
