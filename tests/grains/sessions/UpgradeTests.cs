using System.Buffers.Binary;
using System.Text;
using Trading.GrainInterfaces.Sessions;
using Trading.Grains.Sessions;
using Trading.Storage.Journal;
using static Trading.Grains.Tests.Sessions.SessionDriver;

namespace Trading.Grains.Tests.Sessions;

/// <summary>Snapshots that this version cannot use, as an upgrade leaves them: the records from the first one on bring the session back (decision 011).</summary>
public class UpgradeTests
{
    private const int EngineVersionOffset = 4;
    private const int EngineLayoutOffset = 8;

    private static readonly SessionKey Key = new(SessionHost.User, "s-1");

    public enum Change
    {
        EngineVersion,
        EngineLayout,
        EngineCutShort,
        SessionSchema,
        SessionField,
        SessionContradiction,
        Magic,
        Empty,
    }

    [Theory]
    [InlineData(Change.EngineVersion)]
    [InlineData(Change.EngineLayout)]
    [InlineData(Change.EngineCutShort)]
    [InlineData(Change.SessionSchema)]
    [InlineData(Change.SessionField)]
    [InlineData(Change.SessionContradiction)]
    [InlineData(Change.Magic)]
    [InlineData(Change.Empty)]
    [Trait("req", "SIM-130")]
    public async Task A_snapshot_of_another_version_costs_a_replay_and_nothing_else(Change change)
    {
        var expected = await RunAsync(null);
        Assert.Equal(expected, await RunAsync(change));
    }

    /// <summary>Result hash of a run that is interrupted twice; the snapshot that the first interruption left is altered before the session comes back.</summary>
    private static async Task<string> RunAsync(Change? change)
    {
        await using var host = await SessionHost.StartAsync();
        var client = host.Connect();
        await client.Start();
        for (var tick = 1; tick <= 20; tick++)
        {
            if (tick is 8 or 15)
            {
                await client.Detach();
                await host.Grains.DeactivateAllAsync();
                var saved = (await host.Journal.LoadSnapshotAsync(Key, CancellationToken.None))!.Value;
                if (change is { } altered && tick == 8) await host.Journal.SaveSnapshotAsync(Key, saved.Version, Alter(saved.Snapshot.ToArray(), altered), CancellationToken.None);
                var sync = Assert.IsType<StateSyncOutput>((await client.Resume(tick - 1))[0]);
                Assert.Equal(tick, sync.NextSequence);
                Assert.Equal(SessionState.Running, (await host.Session().GetStatus(CancellationToken.None))!.State);
            }

            await client.Send(Batch($"b-{tick}", Market($"o-{tick}", tick)));
            await client.Acknowledge(tick);
        }

        return client.Complete!.ResultHash;
    }

    private static byte[] Alter(byte[] snapshot, Change change)
    {
        var engine = 8 + BinaryPrimitives.ReadInt32LittleEndian(snapshot.AsSpan(4));
        switch (change)
        {
            case Change.EngineVersion:
                snapshot[engine + EngineVersionOffset]++;
                return snapshot;
            case Change.EngineLayout:
                snapshot[engine + EngineLayoutOffset]++;
                return snapshot;
            case Change.EngineCutShort:
                return snapshot[..^1];
            case Change.SessionSchema:
                return Replace(snapshot, "\"schema_version\":1", "\"schema_version\":9");
            case Change.SessionField:
                return Replace(snapshot, "\"created_at\":", "\"created_on\":");
            case Change.SessionContradiction:
                return Replace(snapshot, "\"order\":1,", "\"order\":9,");
            case Change.Magic:
                snapshot[0]++;
                return snapshot;
            default:
                return [];
        }
    }

    private static byte[] Replace(byte[] snapshot, string text, string by)
    {
        var at = snapshot.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text));
        Assert.True(at > 0, $"the snapshot holds no {text}");
        Encoding.UTF8.GetBytes(by).CopyTo(snapshot, at);
        return snapshot;
    }
}
