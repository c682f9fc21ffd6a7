using System.Text;
using Trading.Storage.Documents;
using Trading.Storage.Tests.Faults;

namespace Trading.Storage.Tests.Documents;

public sealed class DocumentStoreTests
{
    private readonly FaultFiles _files = new(new Random(5));

    private static string Text(StoredDocument? document) => Encoding.UTF8.GetString(document!.Value.Content.Span);

    [Fact]
    public async Task Of_two_writers_with_the_same_tag_one_wins()
    {
        using var store = new FileDocumentStore(_files);
        var first = await store.WriteAsync("a/b c", "1"u8.ToArray(), null, default);
        Assert.NotNull(first);
        Assert.Null(await store.WriteAsync("a/b c", "x"u8.ToArray(), null, default));
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () => await store.WriteAsync("a/b c", Encoding.UTF8.GetBytes($"w{i}"), first, default))));
        var winner = Assert.Single(results, tag => tag is not null);
        var read = await store.ReadAsync("a/b c", default);
        Assert.Equal(winner, read!.Value.ETag);
        Assert.Equal($"w{Array.IndexOf(results, winner)}", Text(read));
        Assert.False(await store.DeleteAsync("a/b c", first!, default));
        Assert.True(await store.DeleteAsync("a/b c", winner!, default));
        Assert.Null(await store.ReadAsync("a/b c", default));
        Assert.Null(await store.WriteAsync("a/b c", "y"u8.ToArray(), winner, default));
    }

    [Fact]
    public async Task Keys_that_look_alike_stay_apart_and_are_listed_by_prefix()
    {
        using var store = new FileDocumentStore(_files);
        string[] keys = ["grain/a", "grain/A", "grain_a", "grain/a ", "grain/ä", "other/" + new string('x', 190)];
        foreach (var key in keys)
            Assert.NotNull(await store.WriteAsync(key, Encoding.UTF8.GetBytes(key), null, default));
        foreach (var key in keys)
            Assert.Equal(key, Text(await store.ReadAsync(key, default)));
        Assert.Equal(keys.Where(key => key.StartsWith("grain/", StringComparison.Ordinal)).Order(StringComparer.Ordinal), await store.ListAsync("grain/", default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await store.ReadAsync("", default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await store.ReadAsync(new string('x', 201), default));
    }

    [Fact]
    public async Task A_crash_at_any_step_of_a_replacement_leaves_the_old_or_the_new_document()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var files = new FaultFiles(random);
            var store = new FileDocumentStore(files);
            var tag = await store.WriteAsync("k", Encoding.UTF8.GetBytes(new string('o', 2000)), null, default);
            var operations = 0;
            var crashAt = random.Next(6);
            files.Plan = (_, _) => operations++ == crashAt ? Fault.Crash : Fault.None;
            string? written = null;
            try
            {
                written = await store.WriteAsync("k", Encoding.UTF8.GetBytes(new string('n', 3000)), tag, default);
            }
            catch (IOException)
            {
                Assert.True(files.Crashed);
            }
            using var reopened = new FileDocumentStore(files.AfterPowerLoss());
            var text = Text(await reopened.ReadAsync("k", default));
            Assert.True(text == new string('n', 3000) || (written is null && text == new string('o', 2000)), $"seed {seed}: {text.Length}");
        }
    }

    [Fact]
    public async Task A_damaged_document_is_a_clear_error()
    {
        using var store = new FileDocumentStore(_files);
        await store.WriteAsync("k", "content"u8.ToArray(), null, default);
        var path = _files.Paths.Single(path => path.EndsWith(".json", StringComparison.Ordinal));
        _files.Content(path)[^1] ^= 1;
        await Assert.ThrowsAsync<InvalidDataException>(async () => await store.ReadAsync("k", default));
        Assert.Throws<IOException>(() => new FileDocumentStore(_files));
    }
}
