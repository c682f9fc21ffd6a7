using Trading.Storage.Files;

namespace Trading.Storage.Tests.Files;

/// <summary>The real files do what the port says and the files in memory pretend.</summary>
public sealed class DiskFilesTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("disk-files-tests-").FullName;
    private readonly DiskFiles _files;

    public DiskFilesTests() => _files = new DiskFiles(_root);

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Status_tells_files_from_folders_and_takes_links_and_odd_paths_for_nothing()
    {
        Write("a/file", 7);
        _files.SetModified("a/file", 1_721_136_600_123_456);
        File.CreateSymbolicLink(Path.Join(_root, "a", "link"), Path.Join(_root, "a", "file"));
        Directory.CreateSymbolicLink(Path.Join(_root, "b"), Path.Join(_root, "a"));
        var status = _files.Stat("a/file")!.Value;
        Assert.Equal((false, 7L, 1_721_136_600_123_456L), (status.IsFolder, status.Length, status.Modified));
        Assert.True(_files.Stat("a") is { IsFolder: true });
        foreach (var nothing in (string[])["a/link", "b", "a/missing", "missing/file", "a/file/below", new string('x', 300)]) Assert.Null(_files.Stat(nothing));
    }

    [Fact]
    public void A_replaced_file_of_equal_length_and_time_is_told_from_its_predecessor()
    {
        Write("one", 5);
        Write("two", 5);
        _files.SetModified("one", 1);
        _files.SetModified("two", 1);
        var before = _files.Stat("one");
        _files.Rename("two", "one");
        Assert.Equal(!OperatingSystem.IsLinux(), before == _files.Stat("one"));
    }

    [Fact]
    public void A_second_name_keeps_content_and_time_when_the_first_is_replaced()
    {
        _files.CreateFolder("kept");
        Write("file", 5);
        _files.SetModified("file", 1_000_000);
        _files.Link("file", "kept/old");
        Write("next", 9);
        _files.Rename("next", "file");
        Assert.Equal((5L, 1_000_000L), (_files.Stat("kept/old")!.Value.Length, _files.Stat("kept/old")!.Value.Modified));
        Assert.Equal(9, _files.Stat("file")!.Value.Length);
        Assert.Throws<IOException>(() => _files.Link("file", "kept/old"));
    }

    [Fact]
    public void A_scan_shows_files_and_folders_without_links_until_told_to_stop()
    {
        Write("a/file", 1);
        Write("a/.hidden", 1);
        _files.CreateFolder("a/folder");
        File.CreateSymbolicLink(Path.Join(_root, "a", "link"), Path.Join(_root, "a", "file"));
        var seen = new List<string>();
        _files.Scan("a", (name, isFolder) =>
        {
            seen.Add($"{name}{(isFolder ? "/" : "")}");
            return true;
        });
        Assert.Equal([".hidden", "file", "folder/"], seen.Order(StringComparer.Ordinal));
        var visits = 0;
        _files.Scan("a", (_, _) => ++visits < 2);
        Assert.Equal(2, visits);
        _files.Scan("missing", (_, _) => throw new InvalidOperationException());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(20)]
    public void Few_and_many_files_are_synced_and_counted(int count)
    {
        string[] paths = [.. Enumerable.Range(0, count).Select(number => $"many/{number}")];
        foreach (var path in paths) Write(path, 10);
        _files.SyncAll(paths);
        Assert.Equal(10 * count, _files.BytesBelow("many"));
        Assert.InRange(_files.Space().FreeBytes, 0, _files.Space().TotalBytes);
    }

    [Fact]
    public void Failures_are_told_apart()
    {
        Assert.True(DiskFiles.IsForbidden(new UnauthorizedAccessException()));
        Assert.True(DiskFiles.IsForbidden(new IOException("Read-only file system", 30)));
        Assert.False(DiskFiles.IsForbidden(new IOException("No space left on device", 28)));
        Assert.True(DiskFiles.IsDiskFull(new IOException("No space left on device", 28)));
        using (_files.Lock("lock"))
        {
            var held = Assert.ThrowsAny<IOException>(() => _files.Lock("lock"));
            Assert.False(DiskFiles.IsForbidden(held) || DiskFiles.IsDiskFull(held));
        }

        _files.Lock("lock").Dispose();
    }

    private void Write(string path, int length)
    {
        if (path.Contains('/', StringComparison.Ordinal)) _files.CreateFolder(path[..path.LastIndexOf('/')]);
        using var file = _files.Open(path, create: true);
        file.Write(0, new byte[length]);
    }
}
