using Trading.GrainInterfaces.Sessions;
using static Trading.Grains.Tests.Sessions.SessionDriver;

namespace Trading.Grains.Tests.Sessions.Continuation;

/// <summary>Two activations of one session, as a split cluster makes them: the journal lets exactly one write.</summary>
public sealed class DoubleActivationTests : IAsyncLifetime
{
    private Cluster _cluster = null!;

    private SessionHost One => _cluster.Silos[0];

    private SessionHost Two => _cluster.Silos[1];

    public async Task InitializeAsync() => _cluster = await Cluster.StartAsync(2);

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    [Trait("req", "SIM-130")]
    public async Task Of_two_activations_with_a_connection_each_one_can_write_and_the_other_finds_out()
    {
        var first = new Connection(One);
        await first.Start();
        var second = new Connection(Two, connection: "c-2");
        await second.Attach();
        await second.Exchange(new ResumeSessionCommand { LastProcessedSequence = 0 });
        Assert.IsType<BatchAckOutput>((await second.Exchange(Batch("b-2", Market("o-2", 5)))).Outputs[0]);

        var order = first.Next(Batch("b-1", Market("o-1", 5)));
        await Assert.ThrowsAsync<SessionInterruptedException>(() => first.Try(order));
        await Assert.ThrowsAsync<ContinuationRefusedException>(() => first.Try(first.Repeat(order)));
        Assert.Equal(["b-2"], await BatchesAsync());
        Assert.IsType<FillOutput>((await second.Exchange(Ready(1))).Outputs[0]);
    }

    [Fact]
    public async Task Both_written_to_at_once_one_wins_and_the_journal_holds_one_of_them()
    {
        for (var round = 0; round < 10; round++)
        {
            var session = $"s-{round}";
            var first = new Connection(One, session);
            await first.Start();
            var second = new Connection(Two, session, "c-2");
            await second.Attach();
            await second.Exchange(new ResumeSessionCommand { LastProcessedSequence = 0 });
            var both = await Task.WhenAll(Outcome(first, "b-1"), Outcome(second, "b-2"));
            Assert.Single(both, written => written);
            Assert.Equal([both[0] ? "b-1" : "b-2"], await BatchesAsync(session));
        }

        static async Task<bool> Outcome(Connection connection, string batch)
        {
            try
            {
                await connection.Exchange(Batch(batch, Market("o", 5)));
                return true;
            }
            catch (SessionInterruptedException)
            {
                return false;
            }
        }
    }

    [Fact]
    [Trait("req", "SIM-189")]
    public async Task An_append_that_was_given_up_and_arrives_late_is_the_one_that_counts()
    {
        var connection = new Connection(One);
        await connection.Start();
        var order = connection.Next(Batch("b-1", Market("o-1", 5)));
        var stuck = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _cluster.Journal.BeforeAppend = async (_, _) =>
        {
            reached.TrySetResult();
            await stuck.Task;
        };
        var first = connection.Lose(order);
        await reached.Task;

        // the second activation has read the journal when the first one's append arrives after all
        _cluster.Journal.BeforeAppend = async (_, _) =>
        {
            _cluster.Journal.BeforeAppend = null;
            stuck.SetResult();
            await first;
        };
        connection.Silo = Two;
        await Assert.ThrowsAsync<SessionInterruptedException>(() => connection.Try(connection.Repeat(order)));
        var reply = await connection.Try(connection.Repeat(order));
        Assert.Equal((await first).Outputs.Count, reply.Outputs.Count);
        Assert.Equal(["b-1"], await BatchesAsync());
        Assert.IsType<FillOutput>((await connection.Exchange(Ready(1))).Outputs[0]);
    }

    [Fact]
    public async Task An_append_that_was_given_up_and_arrives_too_late_changes_nothing()
    {
        var connection = new Connection(One);
        await connection.Start();
        var order = connection.Next(Batch("b-1", Market("o-1", 5)));
        var stuck = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _cluster.Journal.BeforeAppend = async (_, _) =>
        {
            reached.TrySetResult();
            await stuck.Task;
        };
        var first = connection.Lose(order);
        await reached.Task;
        _cluster.Journal.BeforeAppend = null;
        connection.Silo = Two;
        Assert.IsType<BatchAckOutput>((await connection.Try(connection.Repeat(order))).Outputs[0]);
        stuck.SetResult();
        await Assert.ThrowsAsync<SessionInterruptedException>(() => first);
        Assert.Equal(["b-1"], await BatchesAsync());
        Assert.IsType<FillOutput>((await connection.Exchange(Ready(1))).Outputs[0]);
    }

    private async Task<List<string>> BatchesAsync(string session = "s-1") =>
        [.. (await _cluster.RecordsAsync(session)).Select(record => record.Batch?.BatchId).OfType<string>()];

    private static AckCommand Ready(int tick) => new() { Sequence = tick, Status = ProcessingStatus.Ready };
}
