using Trading.Cluster.Tests.Clients;

namespace Trading.Cluster.Tests.Runs;

/// <summary>What came of the sessions of one run.</summary>
internal sealed record FleetRun(string Name, IReadOnlyList<SimulationClient> Clients)
{
    /// <summary>Every session has the ticks, acknowledgements, fills and results that it had undisturbed, and no client saw anything that may not be.</summary>
    public void MustEqual(FleetRun undisturbed)
    {
        Assert.Empty(Clients.SelectMany(client => client.Ledger.Violations.Select(what => $"{client.Plan.SessionId}: {what}")));
        Assert.All(Clients, client => Assert.All(client.Unanswered, batch => Assert.True(IsAtTheEnd(client, batch), $"{client.Plan.SessionId} was never answered about {batch}")));
        var different = Clients.Zip(undisturbed.Clients, (now, then) => Difference(now, then)).OfType<string>().ToList();
        Assert.True(different.Count == 0, $"{different.Count} of {Clients.Count} sessions of {Name} differ from the undisturbed run:\n{string.Join('\n', different.Take(10))}");
    }

    /// <summary>
    /// The same of clients of which another one may have driven the session on: what each saw is a part of what the undisturbed client saw, and the results are the same.
    /// </summary>
    public void MustAgreeWith(FleetRun undisturbed)
    {
        Assert.Empty(Clients.SelectMany(client => client.Ledger.Violations.Select(what => $"{client.Plan.SessionId}: {what}")));
        Assert.All(Clients.Zip(undisturbed.Clients), pair =>
        {
            var (ledger, expected) = (pair.First.Ledger, pair.Second.Ledger);
            Assert.Equal(expected.ResultHash, ledger.ResultHash);
            Assert.Equal(expected.FinalEquity, ledger.FinalEquity);
            Assert.Equal(expected.Ticks.Take(ledger.Ticks.Count), ledger.Ticks);
            Assert.All(ledger.Batches, batch => Assert.Equal(expected.Batches[batch.Key], batch.Value));
            Assert.All(ledger.Fills, fill => Assert.Equal(expected.Fills[fill.Key], fill.Value));
        });
    }

    /// <summary>There is something to lose: every session had orders acknowledged all along, and fills.</summary>
    public void MustBeWorthIt() => Assert.All(Clients, client =>
    {
        Assert.True(client.Ledger.Batches.Count >= 10, $"{client.Plan.SessionId} had {client.Ledger.Batches.Count} batches");
        Assert.True(client.Ledger.Fills.Count >= 5, $"{client.Plan.SessionId} had {client.Ledger.Fills.Count} fills");
    });

    /// <summary>The answer may be lost of the ticks that were outstanding when the session completed.</summary>
    private static bool IsAtTheEnd(SimulationClient client, string batch) =>
        int.Parse(batch.AsSpan(2), System.Globalization.CultureInfo.InvariantCulture) > client.Ledger.Ticks.Count - client.Plan.Window;

    private static string? Difference(SimulationClient now, SimulationClient then)
    {
        var (ledger, expected) = (now.Ledger, then.Ledger);
        if (ledger.ResultHash is null || ledger.ResultHash != expected.ResultHash) return $"{now.Plan.SessionId}: result hash {ledger.ResultHash}, undisturbed {expected.ResultHash}";
        if (ledger.FinalEquity != expected.FinalEquity) return $"{now.Plan.SessionId}: final equity {ledger.FinalEquity}, undisturbed {expected.FinalEquity}";
        if (!ledger.Ticks.SequenceEqual(expected.Ticks)) return $"{now.Plan.SessionId}: {ledger.Ticks.Count} ticks, undisturbed {expected.Ticks.Count}, or other ones";
        return Difference(now.Plan.SessionId, "batch", Answered(ledger, then), Answered(expected, now)) ?? Difference(now.Plan.SessionId, "execution", ledger.Fills, expected.Fills);
    }

    /// <summary>Without what the other run's client may have missed at the very end.</summary>
    private static Dictionary<string, string> Answered(Ledger ledger, SimulationClient other)
    {
        var missed = other.Unanswered;
        return ledger.Batches.Where(batch => !missed.Contains(batch.Key)).ToDictionary(StringComparer.Ordinal);
    }

    private static string? Difference(string session, string what, IReadOnlyDictionary<string, string> now, IReadOnlyDictionary<string, string> then)
    {
        foreach (var (id, payload) in then)
        {
            if (!now.TryGetValue(id, out var told)) return $"{session}: {what} {id} is missing";
            if (told != payload) return $"{session}: {what} {id} is {told}, undisturbed {payload}";
        }

        return now.Count == then.Count ? null : $"{session}: {what} {now.Keys.First(id => !then.ContainsKey(id))} is one too many";
    }
}
