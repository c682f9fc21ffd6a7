using System.Buffers.Binary;
using System.IO.Enumeration;
using System.Runtime.InteropServices;
using System.Text;

namespace Trading.Storage.Files;

/// <summary>What stores of many files need: looking at names without opening files, second names, one sync for many files, room.</summary>
public sealed partial class DiskFiles
{
    private static readonly EnumerationOptions OneFolder = new() { AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false, RecurseSubdirectories = false };
    private static readonly EnumerationOptions AllFolders = new() { AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true, RecurseSubdirectories = true };

    /// <summary>From this many files on, one sync of the whole device is cheaper than one per file.</summary>
    private const int ManyFiles = 8;

    public void Scan(string folder, NameVisitor visit)
    {
        try
        {
            var entries = new FileSystemEnumerable<bool>(Full(folder), (ref FileSystemEntry entry) => visit(entry.FileName, entry.IsDirectory), OneFolder);
            foreach (var goOn in entries)
            {
                if (!goOn)
                    return;
            }
        }
        catch (DirectoryNotFoundException)
        {
            // A missing folder holds nothing.
        }
    }

    public FileStatus? Stat(string path)
    {
        var full = Full(path);
        return OperatingSystem.IsLinux() ? LinuxStat(full) : PortableStat(full);
    }

    public IStorageFile OpenRead(string path) =>
        new DiskFile(File.OpenHandle(Full(path), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));

    public void Link(string from, string to)
    {
        string source = Full(from), target = Full(to);
        if (!OperatingSystem.IsWindows() && NativeLink(Encoding.UTF8.GetBytes(source + "\0"), Encoding.UTF8.GetBytes(target + "\0")) == 0)
            return;
        // No second names here (or too many of them): a copy serves as well.
        File.Copy(source, target, overwrite: false);
        File.SetLastWriteTimeUtc(target, File.GetLastWriteTimeUtc(source));
        using var copy = File.OpenHandle(target, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(copy);
    }

    public void SetModified(string path, long micros) => File.SetLastWriteTimeUtc(Full(path), DateTime.UnixEpoch.AddTicks(micros * 10));

    public void SyncAll(IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        if (paths.Count >= ManyFiles && OperatingSystem.IsLinux())
        {
            OnFolder(_root, NativeSyncDevice);
            return;
        }
        foreach (var path in paths)
        {
            using var file = File.OpenHandle(Full(path), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            RandomAccess.FlushToDisk(file);
        }
    }

    public long BytesBelow(string folder)
    {
        try
        {
            var lengths = new FileSystemEnumerable<long>(Full(folder), (ref FileSystemEntry entry) => entry.Length, AllFolders)
            {
                ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory,
            };
            return lengths.Sum();
        }
        catch (DirectoryNotFoundException)
        {
            return 0;
        }
    }

    public DeviceSpace Space()
    {
        var drive = new DriveInfo(_root);
        return new DeviceSpace(drive.AvailableFreeSpace, drive.TotalSize);
    }

    private static FileStatus? PortableStat(string full)
    {
        var file = new FileInfo(full);
        if (!file.Exists && !Directory.Exists(full) || (file.Attributes & FileAttributes.ReparsePoint) != 0)
            return null;
        var isFolder = (file.Attributes & FileAttributes.Directory) != 0;
        return new FileStatus(isFolder, isFolder ? 0 : file.Length, (file.LastWriteTimeUtc - DateTime.UnixEpoch).Ticks / 10, 0);
    }

    /// <summary>One call for kind, length, time and inode; the layout of its answer is the same on all processors (statx(2)).</summary>
    private static FileStatus? LinuxStat(string full)
    {
        const int AtWorkingFolder = -100, NoFollow = 0x100, NoSuchName = 2, NotAFolder = 20, NameTooLong = 36, AnswerLength = 256;
        const uint BasicFields = 0x7ff;
        Span<byte> answer = stackalloc byte[AnswerLength];
        var size = Encoding.UTF8.GetMaxByteCount(full.Length) + 1;
        var path = size <= 1024 ? stackalloc byte[size] : new byte[size];
        path[Encoding.UTF8.GetBytes(full, path)] = 0;
        int failed;
        try
        {
            failed = NativeStatx(AtWorkingFolder, ref MemoryMarshal.GetReference(path), NoFollow, BasicFields, ref MemoryMarshal.GetReference(answer));
        }
        catch (EntryPointNotFoundException)
        {
            return PortableStat(full);
        }
        if (failed != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error is NoSuchName or NotAFolder or NameTooLong)
                return null;
            throw new IOException($"{full} cannot be looked at (errno {error}).", error);
        }
        const int KindMask = 0xF000, Folder = 0x4000, Regular = 0x8000;
        var kind = BinaryPrimitives.ReadUInt16LittleEndian(answer[28..]) & KindMask;
        if (!BitConverter.IsLittleEndian || kind is not (Folder or Regular))
            return BitConverter.IsLittleEndian ? null : PortableStat(full);
        var seconds = BinaryPrimitives.ReadInt64LittleEndian(answer[112..]);
        var nanoseconds = BinaryPrimitives.ReadUInt32LittleEndian(answer[120..]);
        var length = kind == Folder ? 0 : BinaryPrimitives.ReadInt64LittleEndian(answer[40..]);
        return new FileStatus(kind == Folder, length, (seconds * 1_000_000) + (nanoseconds / 1000), BinaryPrimitives.ReadInt64LittleEndian(answer[32..]));
    }

    private static void OnFolder(string folder, Func<int, int> sync)
    {
        var descriptor = NativeOpen(Encoding.UTF8.GetBytes(folder + "\0"), 0);
        if (descriptor < 0)
            throw new IOException($"Folder {folder} cannot be opened for syncing (errno {Marshal.GetLastPInvokeError()}).", Marshal.GetLastPInvokeError());
        try
        {
            if (sync(descriptor) != 0)
                throw new IOException($"Folder {folder} cannot be synced (errno {Marshal.GetLastPInvokeError()}).", Marshal.GetLastPInvokeError());
        }
        finally
        {
            _ = NativeClose(descriptor);
        }
    }

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NativeStatx(int folder, ref byte path, int flags, uint mask, ref byte answer);

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NativeLink(byte[] from, byte[] to);

    [DllImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NativeSyncDevice(int descriptor);
}
