using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Storage;

namespace Trading.Actors.Tests.Embedded;

public sealed class FileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("actors-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_state_in_a_file_survives_the_process()
    {
        await using (var first = await Start())
        {
            await first.Grain<IDocumentGrain>("tenant/a b").Write("minutes", "one");
        }

        await using var second = await Start();
        var read = await second.Grain<IDocumentGrain>("tenant/a b").Read();
        Assert.Equal("minutes", read.Title);
        Assert.Equal(["one"], read.Lines);
        Assert.Equal(1.23456789m, read.Price);
        Assert.Equal((true, true), await second.Grain<IDocumentGrain>("tenant/a b").Stored());
        await second.Grain<IDocumentGrain>("tenant/a b").Write("more");
    }

    [Fact]
    public async Task A_write_with_an_old_tag_changes_no_file()
    {
        var storage = new FileGrainStorage(_folder);
        var id = GrainId.Create("document", "1");
        var (mine, theirs) = (new GrainState<Document> { State = new() { Title = "mine" } }, new GrainState<Document> { State = new() { Title = "theirs" } });
        await storage.WriteStateAsync("document", id, mine);
        var conflict = await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync("document", id, theirs));
        Assert.Equal((mine.ETag, null), (conflict.StoredEtag, conflict.CurrentEtag));
        await storage.ReadStateAsync("document", id, theirs);
        Assert.Equal(("mine", mine.ETag, true), (theirs.State!.Title, theirs.ETag, theirs.RecordExists));
        await storage.ClearStateAsync("document", id, theirs);
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.WriteStateAsync("document", id, mine));
        Assert.Equal((null, false), (theirs.ETag, theirs.RecordExists));
    }

    [Fact]
    public async Task Of_many_concurrent_writers_with_one_tag_exactly_one_wins()
    {
        var storage = new FileGrainStorage(_folder);
        var id = GrainId.Create("document", "1");
        var writes = Enumerable.Range(0, 20).Select(number => Task.Run(async () =>
        {
            try
            {
                await storage.WriteStateAsync("document", id, new GrainState<int> { State = number });
                return 1;
            }
            catch (InconsistentStateException)
            {
                return 0;
            }
        }));
        Assert.Equal(1, (await Task.WhenAll(writes)).Sum());
    }

    [Theory]
    [InlineData("a.b", "c", "a", "b.c")]
    [InlineData("a/b", "c", "a%2Fb", "c")]
    [InlineData("..", "c", ".", "c")]
    [InlineData("A", "c", "A ", "c")]
    public async Task Keys_never_share_or_leave_the_folder(string key, string state, string otherKey, string otherState)
    {
        var storage = new FileGrainStorage(_folder);
        await storage.WriteStateAsync(state, GrainId.Create("t", key), new GrainState<int> { State = 1 });
        await storage.WriteStateAsync(otherState, GrainId.Create("t", otherKey), new GrainState<int> { State = 2 });
        var read = new GrainState<int>();
        await storage.ReadStateAsync(state, GrainId.Create("t", key), read);
        Assert.Equal(1, read.State);
        Assert.Equal(2, Directory.EnumerateFiles(Path.Combine(_folder, "t")).Count());
    }

    [Fact]
    public async Task Long_keys_have_files_of_their_own()
    {
        var storage = new FileGrainStorage(_folder);
        var key = new string('k', 5000);
        await storage.WriteStateAsync("s", GrainId.Create("t", key + "1"), new GrainState<int> { State = 1 });
        await storage.WriteStateAsync("s", GrainId.Create("t", key + "2"), new GrainState<int> { State = 2 });
        var read = new GrainState<int>();
        await storage.ReadStateAsync("s", GrainId.Create("t", key + "1"), read);
        Assert.Equal(1, read.State);
    }

    [Fact]
    public async Task A_half_written_file_beside_a_state_is_not_read()
    {
        var storage = new FileGrainStorage(_folder);
        var id = GrainId.Create("t", "1");
        await storage.WriteStateAsync("s", id, new GrainState<int> { State = 1 });
        await File.WriteAllTextAsync(Directory.EnumerateFiles(Path.Combine(_folder, "t")).Single() + ".new", "{\"ETag\":");
        var read = new GrainState<int>();
        await storage.ReadStateAsync("s", id, read);
        Assert.Equal(1, read.State);
        read.State = 2;
        await storage.WriteStateAsync("s", id, read);
    }

    [Fact]
    public async Task Reminders_in_files_survive_the_process_and_keep_their_rhythm()
    {
        var time = new ManualTime();
        var day = TimeSpan.FromDays(1);
        await using (var first = await Start(time))
        {
            await first.Grain<IReminderGrain>("keeper").Register("nightly", TimeSpan.FromHours(2), day);
            await first.Grain<IReminderGrain>("keeper").Register("gone", day, day);
            await first.Grain<IReminderGrain>("keeper").Unregister("gone");
        }

        time.Advance(TimeSpan.FromHours(5));
        await using var second = await Start(time);
        Assert.Equal(["nightly"], await second.Grain<IReminderGrain>("keeper").Names());
        time.Advance(TimeSpan.FromHours(20.9));
        Assert.Empty(second.Signals.Logged("keeper:nightly:"));
        time.Advance(TimeSpan.FromHours(0.1));
        await second.Signals.Wait("keeper:nightly:1");
    }

    private Task<EmbeddedHost> Start(ManualTime? time = null) => EmbeddedHost.Start(
        silo => silo.AddFileGrainStorage(ActorHost.Store, Path.Combine(_folder, "states")).UseFileReminderService(Path.Combine(_folder, "reminders")), time);
}
