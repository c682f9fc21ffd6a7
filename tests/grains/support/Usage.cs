using Trading.Storage.Usage;

namespace Trading.Grains.Tests.Support;

/// <summary>A usage store in memory that can be out of order.</summary>
internal sealed class Usage : IUsageStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string, string, DateOnly, MeteringKind), MeteringRecord> _records = [];

    public bool IsDown { get; set; }

    public IReadOnlyList<MeteringRecord> Records
    {
        get
        {
            lock (_lock) return [.. _records.Values];
        }
    }

    public ValueTask RecordAsync(IReadOnlyList<MeteringRecord> records, CancellationToken ct)
    {
        lock (_lock)
        {
            if (IsDown) throw new IOException("the usage store cannot be written");
            foreach (var record in records)
            {
                var key = (record.User, record.Session, record.Day, record.Kind);
                if (!_records.TryGetValue(key, out var known) || known.Quantity < record.Quantity) _records[key] = record;
            }
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<UsageTotals> TotalsAsync(string user, DateOnly day, CancellationToken ct)
    {
        var own = Records.Where(record => record.User == user && record.Day == day).ToList();
        return ValueTask.FromResult(new UsageTotals(Sum(MeteringKind.Ticks), Sum(MeteringKind.Simulation), Sum(MeteringKind.Report)));

        long Sum(MeteringKind kind) => own.Where(record => record.Kind == kind).Sum(record => record.Quantity);
    }

    public async IAsyncEnumerable<MeteringRecord> ReadAsync(string user, DateOnly firstDay, DateOnly lastDay, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        await Task.CompletedTask;
        foreach (var record in Records.Where(record => record.User == user && record.Day >= firstDay && record.Day <= lastDay)) yield return record;
    }
}
