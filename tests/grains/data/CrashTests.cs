using Trading.GrainInterfaces.Data;
using Trading.Storage.Files;
using Trading.Storage.Tests.Faults;

namespace Trading.Grains.Tests.Data;

/// <summary>The process dies, or the power goes, at every step of an update: at every operation on a file and at every write of a grain's state.</summary>
public class CrashTests
{
    private const string First = "2024-07-15";
    private const string Last = "2024-07-16";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("req", "OHLCV-129")]
    [Trait("req", "OHLCV-130")]
    public async Task A_crash_at_any_file_operation_leaves_what_the_next_host_completes_to_the_same_bytes(bool isPowerLoss)
    {
        var begin = await Prepare();
        var (expected, operations, _) = await Undisturbed(begin);
        Assert.True(operations > 60, $"only {operations} operations");
        for (var at = 1; at <= operations; at++)
        {
            var (files, states, power) = (begin.Copy(), new DataStates(), new Power());
            var (fatal, count) = (at, 0);
            files.Plan = (_, _) =>
            {
                if (++count != fatal) return Fault.None;
                power.Cut(states);
                return Fault.Crash;
            };
            await RunUntil(power, files, states);
            Assert.True(power.IsOff, $"no operation {at}");
            await Complete(isPowerLoss ? files.AfterPowerLoss() : files.AfterKill(), states.Copy(), expected, $"operation {at}");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("req", "OHLCV-129")]
    public async Task A_crash_at_any_write_of_a_state_leaves_what_the_next_host_completes_to_the_same_bytes(bool isStored)
    {
        var begin = await Prepare();
        var (expected, _, writes) = await Undisturbed(begin);
        Assert.True(writes > 12, $"only {writes} writes");
        for (var at = 1; at <= writes; at++)
        {
            var (files, states, power) = (begin.Copy(), new DataStates(), new Power());
            var fatal = at;
            states.Plan = write =>
            {
                if (write < fatal) return (false, false);
                files.Plan = (_, _) => Fault.Crash;
                power.Cut(states);
                return (true, isStored && write == fatal);
            };
            await RunUntil(power, files, states);
            Assert.True(power.IsOff, $"no write {at}");
            await Complete(files.AfterKill(), states.Copy(), expected, $"write {at}");
        }
    }

    [Fact]
    [Trait("req", "OHLCV-129")]
    public async Task A_run_whose_every_memory_is_lost_is_made_up_for_by_the_next_run()
    {
        var begin = await Prepare();
        var (expected, operations, _) = await Undisturbed(begin);
        for (var at = 1; at <= operations; at += 3)
        {
            var (files, states, power) = (begin.Copy(), new DataStates(), new Power());
            var (fatal, count) = (at, 0);
            files.Plan = (_, _) =>
            {
                if (++count != fatal) return Fault.None;
                power.Cut(states);
                return Fault.Crash;
            };
            await RunUntil(power, files, states);
            await Complete(files.AfterKill(), new DataStates(), expected, $"operation {at}");
        }
    }

    [Fact]
    [Trait("req", "OHLCV-129")]
    [Trait("req", "OHLCV-144")]
    public async Task After_a_lost_write_the_reminder_brings_the_update_back_and_its_progress_never_falls()
    {
        var states = new DataStates();
        await using var host = await DataHost.StartAsync(states: states, settings: options => options.Nightly.MaxConcurrentSymbols = 1);
        var reached = new TaskCompletionSource();
        host.Vendor.Gate = request =>
        {
            if (request.Symbol == "D") reached.TrySetResult();
            return Task.CompletedTask;
        };
        var failing = true;
        states.Plan = _ => (failing && reached.Task.IsCompleted, false);
        var started = await host.Updates.Start(DataHost.Request(First, First, "A", "B", "C", "D", "E"), default);
        await reached.Task;
        var grain = host.Client.GetGrain<IDataUpdateGrain>(started.RequestId);
        var before = (await grain.GetStatus(default))!;
        failing = false;
        await grain.AsReference<IRemindable>().ReceiveReminder("resume", default);
        var after = (await grain.GetStatus(default))!;
        Assert.True(after.ProgressPercent >= before.ProgressPercent);
        var details = await host.EndAsync(started.RequestId);
        Assert.Equal(UpdateState.Completed, details.State);
        Assert.All(details.Symbols, symbol => Assert.Equal(100.0m, symbol.CompletenessPercent));
    }

    /// <summary>AAPL has a day with a gap and nothing else; KO has nothing.</summary>
    private static async Task<FaultFiles> Prepare()
    {
        var files = new FaultFiles(new Random(7));
        await using var host = await Start(files, new DataStates());
        await host.PutAsync("AAPL", First, time => time >= host.At("AAPL", First, 60) && time < host.At("AAPL", First, 90));
        return files;
    }

    private static Task<DataHost> Start(IStorageFiles files, DataStates states) => DataHost.StartAsync(files, states, options =>
    {
        options.Nightly.TargetTimeframes = ["5min", "1h", "daily"];
        options.Nightly.MaxConcurrentSymbols = 1;
        options.Nightly.Schedule = "false";
    });

    private static async Task<(SortedDictionary<string, byte[]> Files, int Operations, int Writes)> Undisturbed(FaultFiles begin)
    {
        var (files, states) = (begin.Copy(), new DataStates());
        await using var host = await Start(files, states);
        var details = await host.RunAsync(DataHost.Request(First, Last, "AAPL", "KO"));
        Assert.Equal(UpdateState.Completed, details.State);
        Assert.Equal(14, DataHost.FilesOf(files).Count);
        return (DataHost.FilesOf(files), files.Operations, states.Writes);
    }

    private static async Task RunUntil(Power power, FaultFiles files, DataStates states)
    {
        await using var host = await Start(files, states);
        try
        {
            var started = await host.Updates.Start(DataHost.Request(First, Last, "AAPL", "KO"), default);
            await Task.WhenAny(power.Off, states.Ended(started.RequestId)).WaitAsync(TimeSpan.FromMinutes(1));
        }
        catch (OrleansException) when (power.IsOff)
        {
            // nobody was told that it had begun
        }
    }

    /// <summary>A new host over what is left: it goes on with the update, or is asked again when it knows of none.</summary>
    private static async Task Complete(FaultFiles files, DataStates states, SortedDictionary<string, byte[]> expected, string crash)
    {
        await using var host = await Start(files, states);
        await host.Updates.EnsureSchedule(default);
        var active = await host.Updates.GetActive(default);
        if (active is [var update]) await host.EndAsync(update.RequestId);
        else await host.RunAsync(DataHost.Request(First, Last, "AAPL", "KO"));
        var found = DataHost.FilesOf(files);
        Assert.True(expected.Keys.SequenceEqual(found.Keys), $"{crash}: {string.Join(" ", found.Keys)}");
        foreach (var (path, bytes) in expected) Assert.True(bytes.AsSpan().SequenceEqual(found[path]), $"{crash}: {path} differs");
    }

    private sealed class Power
    {
        private readonly TaskCompletionSource _off = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Off => _off.Task;

        public bool IsOff => Off.IsCompleted;

        public void Cut(DataStates states)
        {
            states.Plan = _ => (true, false);
            _off.TrySetResult();
        }
    }
}
