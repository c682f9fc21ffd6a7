using Trading.GrainInterfaces.Sessions;
using Trading.Grains.Sessions;

namespace Trading.Grains.Tests.Sessions.Continuation;

/// <summary>Silos that are lost, answers that do not arrive, appends that fail or whose outcome is not known: the client is told exactly what it would have been told without.</summary>
public sealed class ContinuationTests : IAsyncLifetime
{
    // small slices, so that commands take several calls; snapshots all the time, so that some are ahead of what the client knows
    private static readonly SessionOptions Options = new() { SliceTicks = 7, SliceOutputs = 100, SnapshotRecords = 3, SnapshotTicks = 30 };

    private Cluster _calm = null!;
    private Cluster _stormy = null!;

    public async Task InitializeAsync()
    {
        _calm = await Cluster.StartAsync(1, Options);
        _stormy = await Cluster.StartAsync(3, Options);
    }

    public async Task DisposeAsync()
    {
        await _calm.DisposeAsync();
        await _stormy.DisposeAsync();
    }

    [Theory]
    [Trait("req", "SIM-130")]
    [Trait("req", "SIM-218")]
    [InlineData(0, 40)]
    [InlineData(1000, 40)]
    [InlineData(2000, 40)]
    public async Task A_client_is_told_the_same_and_every_input_is_written_once_whatever_is_lost(int first, int count)
    {
        var (repeated, told) = (0, new HashSet<string>());
        for (var seed = first; seed < first + count; seed++)
        {
            var session = $"s-{seed}";
            var expected = new GatewayModel(_calm, session);
            await new SessionScript(expected, _calm, seed).Run(session);
            var actual = new GatewayModel(_stormy, session) { Chance = new Random(~seed) };
            try
            {
                await new SessionScript(actual, _stormy, seed).Run(session);
            }
            catch (ContinuationRefusedException refused)
            {
                Assert.Fail($"seed {seed}, after {actual.Transcript.Count} outputs: {refused.Message}");
            }

            for (var at = 0; at < Math.Min(expected.Transcript.Count, actual.Transcript.Count); at++)
            {
                Assert.True(expected.Transcript[at] == actual.Transcript[at], $"seed {seed}, output {at}:\n{expected.Transcript[at]}\n{actual.Transcript[at]}");
            }

            Assert.True(expected.Transcript.Count == actual.Transcript.Count, $"seed {seed}");
            Assert.Equal(await _calm.InputsAsync(session), await _stormy.InputsAsync(session));
            repeated += actual.Repetitions;
            told.UnionWith(actual.All.Select(output => output.GetType().Name));
        }

        Assert.True(repeated > count * 20, $"only {repeated} repetitions");
        Assert.Superset(new HashSet<string> { nameof(FillOutput), nameof(BatchAckOutput), nameof(AdvancedOutput), nameof(StatusOutput), nameof(OrderUpdateOutput), nameof(CompleteOutput), nameof(ErrorOutput), nameof(AccountOutput) }, told);
    }
}
