using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Trading.GrainInterfaces.Sessions;
using Trading.GrainInterfaces.Tenants;
using Trading.Grains.Sessions;
using Trading.Storage.Journal;
using static Trading.Grains.Tests.Sessions.SessionDriver;

namespace Trading.Grains.Tests.Sessions;

/// <summary>What becomes of sessions that nobody comes back to, and of those that are over.</summary>
public class RetentionTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly SessionOptions Options = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("req", "SIM-058")]
    [Trait("req", "SIM-266")]
    [Trait("req", "SIM-267")]
    public async Task An_unfinished_session_expires_after_a_day_frees_its_place_stays_known_for_its_retention_and_is_then_not_found(bool evicted)
    {
        await using var host = await SessionHost.StartAsync();
        var service = Service(host);
        var client = host.Connect();
        await client.Start();
        await client.Send(Batch("b-1", Market("o-1", 5)));
        await client.Detach();
        if (evicted) await host.Grains.DeactivateAllAsync();

        host.Grains.Time.Now += Day;
        Assert.Equal(new RetentionRound(1, 0, 0, 0, 0), await service.RunRoundAsync(default));
        Assert.IsType<StateSyncOutput>((await client.Resume(0))[0]);
        await client.Detach();
        if (evicted) await host.Grains.DeactivateAllAsync();

        host.Grains.Time.Now += Day + Second;
        Assert.Equal(new RetentionRound(1, 1, 0, 0, 0), await service.RunRoundAsync(default));
        Assert.Equal([RecordKind.Created, RecordKind.Expired], await KindsAsync(host));
        Assert.Null(await host.Journal.LoadSnapshotAsync(KeyOf("s-1"), default));
        Assert.Equal(0, await OpenSessionsAsync(host));
        Assert.Equal(new RetentionRound(1, 0, 0, 0, 0), await service.RunRoundAsync(default));
        Assert.Equal("RESUME_NOT_POSSIBLE", await ResumeErrorAsync(client));

        host.Grains.Time.Now += Options.RetainedFor;
        await host.Grains.DeactivateAllAsync();
        Assert.Equal("RESUME_NOT_POSSIBLE", await ResumeErrorAsync(client));
        Assert.Equal(new RetentionRound(1, 0, 0, 0, 0), await service.RunRoundAsync(default));

        host.Grains.Time.Now += Second;
        Assert.Equal(new RetentionRound(1, 0, 1, 0, 0), await service.RunRoundAsync(default));
        Assert.Equal(0, await host.Journal.VersionAsync(KeyOf("s-1"), default));
        Assert.Equal("SESSION_NOT_FOUND", await ResumeErrorAsync(client));
        Assert.Equal(default, await service.RunRoundAsync(default));
    }

    [Fact]
    [Trait("req", "SIM-266")]
    public async Task The_place_of_an_expired_session_is_freed_when_the_tenant_still_counts_it()
    {
        // the tenant's own memory lasts as long as the session's by default; here the session is the first to give up
        await using var host = await SessionHost.StartAsync(new SessionOptions { ResumableFor = TimeSpan.FromHours(2) });
        var client = host.Connect();
        await client.Start();
        await client.Detach();
        host.Grains.Time.Now += TimeSpan.FromHours(2) + Second;
        Assert.Equal(1, await OpenSessionsAsync(host));
        Assert.Equal(1, (await Service(host, new SessionOptions { ResumableFor = TimeSpan.FromHours(2) }).RunRoundAsync(default)).Expired);
        Assert.Equal(0, await OpenSessionsAsync(host));
    }

    [Fact]
    [Trait("req", "SIM-119")]
    public async Task A_connected_session_is_never_touched()
    {
        await using var host = await SessionHost.StartAsync();
        var client = host.Connect();
        await client.Start();
        host.Grains.Time.Now += 40 * Day;
        Assert.Equal(new RetentionRound(1, 0, 0, 0, 0), await Service(host).RunRoundAsync(default));
        Assert.Equal(SessionRetention.Kept, await host.Session().Expire(default));
        Assert.IsType<TicksOutput>(Assert.Single(await client.Acknowledge(1)));
    }

    [Fact]
    [Trait("req", "SIM-294")]
    public async Task An_ended_session_is_delivered_again_until_its_retention_is_over_and_then_removed()
    {
        await using var host = await SessionHost.StartAsync();
        var service = Service(host);
        var client = host.Connect();
        await client.Start(window: 20);
        await client.Acknowledge(20);
        var discarded = host.Connect("s-2", "c-2");
        await discarded.Start();
        await discarded.Send(new DiscardCommand());
        await client.Detach();
        await discarded.Detach();
        await host.Grains.DeactivateAllAsync();

        host.Grains.Time.Now += Options.RetainedFor;
        Assert.Equal(new RetentionRound(2, 0, 0, 0, 0), await service.RunRoundAsync(default));
        Assert.Contains(await client.Resume(20), output => output is CompleteOutput);
        await client.Detach();

        host.Grains.Time.Now += Second;
        Assert.Equal(new RetentionRound(2, 0, 2, 0, 0), await service.RunRoundAsync(default));
        Assert.Empty(await host.Journal.ListAllAsync(null, 10, default));
        Assert.Equal("SESSION_NOT_FOUND", await ResumeErrorAsync(client));
        Assert.Equal(2, host.Results.Purges);
    }

    [Fact]
    public async Task The_id_of_an_expired_session_can_be_used_again()
    {
        await using var host = await SessionHost.StartAsync();
        var client = host.Connect();
        await client.Start();
        await client.Detach();
        host.Grains.Time.Now += Day + Second;
        Assert.Equal(SessionRetention.Expired, await host.Session().Expire(default));
        Assert.Contains(await client.Create(), output => output is CreatedOutput);
        Assert.Equal([RecordKind.Created], await KindsAsync(host));
        Assert.Equal(SessionRetention.Kept, await host.Session().Expire(default));
    }

    [Fact]
    public async Task One_session_that_fails_stops_no_other()
    {
        await using var host = await SessionHost.StartAsync();
        foreach (var id in new[] { "s-1", "s-3" })
        {
            var client = host.Connect(id, "c-" + id);
            await client.Start();
            await client.Detach();
        }

        await host.Journal.AppendAsync(KeyOf("s-2"), 0, [new byte[] { 1 }], default);
        host.Grains.Time.Now += Day + Second;
        Assert.Equal(new RetentionRound(3, 2, 0, 1, 0), await Service(host).RunRoundAsync(default));
    }

    [Fact]
    public async Task A_round_is_bounded_and_the_next_one_goes_on_from_there()
    {
        await using var host = await SessionHost.StartAsync();
        for (var session = 1; session <= 5; session++)
        {
            var client = host.Connect($"s-{session}", $"c-{session}");
            await client.Start();
            await client.Detach();
        }

        host.Grains.Time.Now += Day + Second;
        var service = Service(host, new SessionOptions { RetentionSessions = 2 });
        Assert.Equal(2, (await service.RunRoundAsync(default)).Expired);
        Assert.Equal(2, (await service.RunRoundAsync(default)).Expired);
        Assert.Equal(new RetentionRound(1, 1, 0, 0, 0), await service.RunRoundAsync(default));
        Assert.Equal(new RetentionRound(2, 0, 0, 0, 0), await service.RunRoundAsync(default));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    [Trait("req", "SIM-267")]
    public async Task An_expiry_that_was_cut_off_is_finished_by_a_later_round(int append, bool written)
    {
        await using var host = await SessionHost.StartAsync();
        var service = Service(host);
        var client = host.Connect();
        await client.Start();
        await client.Detach();
        host.Grains.Time.Now += Day + Second;
        var appends = 0;
        if (written) host.Journal.AfterAppend = (_, _) => ++appends == append ? throw new UncertainAppendException("the answer is lost") : ValueTask.CompletedTask;
        else host.Journal.BeforeAppend = (_, _) => ++appends == append ? throw new JournalUnavailableException("the disk is full") : ValueTask.CompletedTask;
        Assert.Equal(1, (await service.RunRoundAsync(default)).Failed);
        host.Journal.AfterAppend = null;
        host.Journal.BeforeAppend = null;

        // the one moment in which nothing is known: deleted, and not yet written down as expired
        var known = append == 1 || written;
        Assert.Equal(known ? "RESUME_NOT_POSSIBLE" : "SESSION_NOT_FOUND", await ResumeErrorAsync(client));
        Assert.Equal(append == 1 ? 1 : 0, (await service.RunRoundAsync(default)).Expired);
        Assert.Equal(known ? [RecordKind.Created, RecordKind.Expired] : [], await KindsAsync(host));
        Assert.Equal(0, await OpenSessionsAsync(host));
    }

    [Fact]
    [Trait("req", "SIM-130")]
    public async Task Another_writer_that_is_faster_keeps_its_session()
    {
        await using var host = await SessionHost.StartAsync();
        var client = host.Connect();
        await client.Start();
        await client.Detach();
        host.Grains.Time.Now += Day + Second;
        var written = await KindsAsync(host);
        var alive = new SessionRecord { Kind = RecordKind.Checkpoint, Tick = 1, At = Instants.Micros(host.Grains.Time.Now) }.ToJson();
        host.Journal.BeforeAppend = async (key, version) =>
        {
            host.Journal.BeforeAppend = null;
            await host.Journal.AppendAsync(key, version, [alive], default);
        };
        Assert.Equal(new RetentionRound(1, 0, 0, 1, 0), await Service(host).RunRoundAsync(default));
        Assert.Equal([.. written, RecordKind.Checkpoint], await KindsAsync(host));
        Assert.IsType<StateSyncOutput>((await client.Resume(0))[0]);
    }

    [Fact]
    public async Task The_service_looks_a_minute_after_the_start_and_then_every_hour()
    {
        await using var host = await SessionHost.StartAsync();
        var time = new Timers();
        using var service = new RetentionService(host.Journal, host.Results, host.Grains.Client, Microsoft.Extensions.Options.Options.Create(Options), time, NullLogger<RetentionService>.Instance);
        await service.StartAsync(default);
        var first = await time.NextAsync();
        Assert.Equal(TimeSpan.FromMinutes(1), first.Due);
        Assert.Equal(0, host.Results.Purges);
        first.Fire();
        var hourly = await time.NextAsync();
        Assert.Equal((TimeSpan.FromHours(1), TimeSpan.FromHours(1)), (hourly.Due, hourly.Period));
        for (var round = 1; round <= 3; round++)
        {
            await host.Results.Purged.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
            Assert.Equal(round, host.Results.Purges);
            hourly.Fire();
        }

        await service.StopAsync(default);
    }

    private static SessionKey KeyOf(string session) => new(SessionHost.User, session);

    private static RetentionService Service(SessionHost host, SessionOptions? options = null) =>
        new(host.Journal, host.Results, host.Grains.Client, Microsoft.Extensions.Options.Options.Create(options ?? Options), host.Grains.Time, NullLogger<RetentionService>.Instance);

    private static async Task<List<RecordKind>> KindsAsync(SessionHost host)
    {
        var kinds = new List<RecordKind>();
        await foreach (var record in host.Journal.ReadAsync(KeyOf("s-1"), 0, default)) kinds.Add(SessionRecord.Parse(record.Payload.Span).Kind);
        return kinds;
    }

    private static async Task<string> ResumeErrorAsync(SessionClient client)
    {
        var error = Assert.IsType<ErrorOutput>(Assert.Single(await client.Resume(0))).Code;
        await client.Detach();
        return error;
    }

    private static async Task<long> OpenSessionsAsync(SessionHost host) =>
        (await host.Grains.Client.GetGrain<ITenantGrain>(SessionHost.User).GetLimits()).Usage["concurrent_sessions"];

    /// <summary>Timers that fire when the test says so.</summary>
    private sealed class Timers : TimeProvider
    {
        private readonly Channel<Timer> _armed = Channel.CreateUnbounded<Timer>();

        public Task<Timer> NextAsync() => _armed.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new Timer(this, () => callback(state));
            timer.Change(dueTime, period);
            return timer;
        }

        public sealed class Timer(Timers owner, Action fire) : ITimer
        {
            public TimeSpan Due { get; private set; }

            public TimeSpan Period { get; private set; }

            public void Fire() => fire();

            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                (Due, Period) = (dueTime, period);
                if (dueTime != Timeout.InfiniteTimeSpan) owner._armed.Writer.TryWrite(this);
                return true;
            }

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
