using Trading.Storage.Files;
using Trading.Storage.Tests.Faults;
using Trading.Storage.Usage;

namespace Trading.Storage.Tests.Usage;

public sealed class UsageTests
{
    private static readonly DateOnly Monday = new(2026, 2, 2);
    private static readonly DateOnly Tuesday = new(2026, 2, 3);

    private readonly FaultFiles _files = new(new Random(5));

    private static MeteringRecord Ticks(string user, string session, DateOnly day, long quantity) => new(user, session, day, MeteringKind.Ticks, quantity);

    private static async Task<List<MeteringRecord>> AllAsync(IUsageStore store, string user)
    {
        var records = new List<MeteringRecord>();
        await foreach (var record in store.ReadAsync(user, DateOnly.MinValue, DateOnly.MaxValue, default))
            records.Add(record);
        return records;
    }

    [Fact]
    [Trait("req", "SIM-072")]
    [Trait("req", "SIM-073")]
    [Trait("req", "SIM-074")]
    public async Task Ticks_simulations_and_reports_are_counted_per_user_and_day()
    {
        var store = new FileUsageStore(_files);
        await store.RecordAsync(
            [
                Ticks("ann", "s1", Monday, 390), Ticks("ann", "s2", Monday, 10), Ticks("ann", "s1", Tuesday, 5), Ticks("bob", "s1", Monday, 7),
                new("ann", "s1", Monday, MeteringKind.Simulation, 1), new("ann", "s2", Monday, MeteringKind.Simulation, 1),
                new("ann", "s1", Tuesday, MeteringKind.Report, 1),
            ],
            default);
        Assert.Equal(new UsageTotals(400, 2, 0), await store.TotalsAsync("ann", Monday, default));
        Assert.Equal(new UsageTotals(5, 0, 1), await store.TotalsAsync("ann", Tuesday, default));
        Assert.Equal(new UsageTotals(7, 0, 0), await store.TotalsAsync("bob", Monday, default));
        Assert.Equal(default, await store.TotalsAsync("carl", Monday, default));
    }

    [Fact]
    public async Task Repeated_late_and_reordered_records_never_count_twice()
    {
        var random = new Random(3);
        var store = new FileUsageStore(_files);
        var updates = Enumerable.Range(1, 200).Select(_ => Ticks("ann", $"s{random.Next(5)}", Monday, random.Next(1000))).ToList();
        foreach (var update in updates.Concat(updates.OrderBy(_ => random.Next())))
            await store.RecordAsync([update, update], default);
        var expected = updates.GroupBy(update => update.Session).Sum(session => session.Max(update => update.Quantity));
        Assert.Equal(expected, (await store.TotalsAsync("ann", Monday, default)).Ticks);
        store.Dispose();
        Assert.Equal(expected, (await new FileUsageStore(_files.AfterPowerLoss()).TotalsAsync("ann", Monday, default)).Ticks);
    }

    [Fact]
    [Trait("req", "SIM-079")]
    public async Task Every_charged_amount_can_be_traced_to_user_session_day_and_quantity()
    {
        var store = new FileUsageStore(_files);
        MeteringRecord[] records = [Ticks("ann", "s1", Monday, 2500), new("ann", "s1", Monday, MeteringKind.Report, 1), Ticks("ann", "s2", Tuesday, 1)];
        await store.RecordAsync([.. records, new("ann", "s1", Monday, MeteringKind.Simulation, 1)], default);
        var charges = UsagePricing.Charges(payPerUse: true, await AllAsync(store, "ann")).ToList();
        Assert.Equal(records.Order(Comparer<MeteringRecord>.Create((left, right) => (left.Day, left.Session, left.Kind).CompareTo((right.Day, right.Session, right.Kind)))), charges.Select(line => line.Record));
        Assert.Equal([0.025m, 0.05m, 0.00001m], charges.Select(line => line.AmountUsd));
    }

    [Fact]
    [Trait("req", "SIM-078")]
    public void An_account_on_a_flat_tier_is_never_charged_by_use()
    {
        Assert.Empty(UsagePricing.Charges(payPerUse: false, [Ticks("ann", "s", Monday, 1_000_000), new("ann", "s", Monday, MeteringKind.Report, 3)]));
    }

    [Theory]
    [InlineData(2500, 0, "0.025")]
    [InlineData(1000, 1, "0.06")]
    [InlineData(1, 0, "0.00001")]
    [InlineData(0, 0, "0")]
    [InlineData(long.MaxValue, 0, "92233720368547.75807")]
    public void Prices_are_exact(long ticks, long reports, string usd) =>
        Assert.Equal(decimal.Parse(usd, System.Globalization.CultureInfo.InvariantCulture), UsagePricing.PriceOf(new UsageTotals(ticks, 12, reports)));

    [Fact]
    [Trait("req", "SIM-079")]
    public async Task Acknowledged_records_survive_faults_kills_and_power_losses()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var files = new FaultFiles(random);
            var acknowledged = new Dictionary<string, long>();
            var attempted = new Dictionary<string, long>();
            string? inDoubt = null;
            for (var life = 0; life < 6; life++)
            {
                using var store = new FileUsageStore(files);
                for (var session = 0; session < 4; session++)
                {
                    var found = (await AllAsync(store, "ann")).FirstOrDefault(record => record.Session == $"s{session}").Quantity;
                    Assert.True(found >= acknowledged.GetValueOrDefault($"s{session}"), $"seed {seed}: lost");
                    Assert.True(found <= attempted.GetValueOrDefault($"s{session}"), $"seed {seed}: invented");
                }
                files.Plan = (_, _) => random.Next(12) > 0 ? Fault.None : (Fault)(1 + random.Next(5));
                for (var call = random.Next(30); call >= 0 && !files.Crashed; call--)
                {
                    var session = inDoubt ?? $"s{random.Next(4)}";
                    // Often a repetition of what was tried before, as after a lost answer.
                    var quantity = attempted[session] = attempted.GetValueOrDefault(session) + (inDoubt is not null || random.Next(2) == 0 ? 0 : random.Next(1, 100));
                    try
                    {
                        await store.RecordAsync([Ticks("ann", session, Monday, quantity)], default);
                        acknowledged[session] = quantity;
                        inDoubt = null;
                    }
                    catch (IOException)
                    {
                        // May or may not be stored; running totals make repeating harmless. The next process may be the one to repeat.
                        inDoubt = session;
                        call = random.Next(2) == 0 ? 0 : call;
                    }
                }
                files.Plan = null;
                files = files.Crashed || random.Next(2) == 0 ? files.AfterPowerLoss() : files.AfterKill();
            }
        }
    }

    [Fact]
    public async Task A_damaged_line_before_intact_ones_is_a_loud_error_and_an_unfinished_last_line_is_dropped()
    {
        using (var store = new FileUsageStore(_files))
        {
            for (var i = 1; i <= 3; i++)
                await store.RecordAsync([Ticks("ann", $"s{i}", Monday, i)], default);
        }
        var path = _files.Paths.Single(path => path.EndsWith(".jsonl", StringComparison.Ordinal));
        var whole = _files.Content(path).ToArray();
        var lastLine = whole.AsSpan(0, whole.Length - 1).LastIndexOf((byte)'\n') + 1;
        for (var length = lastLine; length < whole.Length; length++)
        {
            _files.Replace(path, whole[..length]);
            using var store = new FileUsageStore(_files);
            Assert.Equal(3, (await store.TotalsAsync("ann", Monday, default)).Ticks);
        }
        whole[5] ^= 1;
        _files.Replace(path, whole);
        using var damaged = new FileUsageStore(_files);
        await Assert.ThrowsAsync<Trading.Storage.Journal.JournalDamagedException>(async () => await damaged.TotalsAsync("ann", Monday, default));
    }

    [Fact]
    public async Task A_reader_of_another_process_sees_what_is_stored_and_cannot_record()
    {
        using var store = new FileUsageStore(_files);
        var reader = FileUsageStore.ForReading(_files);
        await store.RecordAsync([Ticks("ann", "s", Monday, 5)], default);
        Assert.Equal(5, (await reader.TotalsAsync("ann", Monday, default)).Ticks);
        await store.RecordAsync([Ticks("ann", "s", Monday, 6)], default);
        Assert.Equal(6, (await reader.TotalsAsync("ann", Monday, default)).Ticks);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await reader.RecordAsync([Ticks("ann", "s", Monday, 7)], default));
        Assert.Throws<IOException>(() => new FileUsageStore(_files));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await store.RecordAsync([Ticks("ann", "s", Monday, -1)], default));
    }
}
