using Trading.Engine.Bars;
using Trading.MarketData.Candles;
using Trading.MarketData.Markets;
using Trading.MarketData.Providers;

namespace Trading.Grains.Tests.Data;

/// <summary>A provider whose candles are a function of symbol and minute, and whose faults the test makes up.</summary>
internal sealed class FakeVendor(string name, MarketTable markets, Func<DateTimeOffset> now) : IMarketDataProvider
{
    private readonly Lock _lock = new();
    private readonly List<(MinuteRequest Request, DateTimeOffset At)> _requests = [];
    private readonly HashSet<string> _underWay = [];

    public string Name => name;

    /// <summary>A failure instead of the candles; null for none.</summary>
    public Func<MinuteRequest, ProviderFailure?> Fault { get; set; } = _ => null;

    /// <summary>Minutes of which it has no candle.</summary>
    public Func<string, long, bool> Lacks { get; set; } = (_, _) => false;

    /// <summary>What its answers have instead of its candles.</summary>
    public Func<CandleColumns, CandleColumns> Garble { get; set; } = candles => candles;

    /// <summary>What a request waits for.</summary>
    public Func<MinuteRequest, Task> Gate { get; set; } = _ => Task.CompletedTask;

    /// <summary>Candles of a page.</summary>
    public int PageSize { get; set; } = int.MaxValue;

    public TimeSpan Longest { get; set; } = TimeSpan.FromDays(30);

    public ProviderFailure? Health { get; set; }

    public int Probes { get; private set; }

    /// <summary>What a probe waits for.</summary>
    public Func<Task> ProbeGate { get; set; } = () => Task.CompletedTask;

    /// <summary>Symbols asked for at the same time, at most so far.</summary>
    public int MostUnderWay { get; private set; }

    public IReadOnlyList<(MinuteRequest Request, DateTimeOffset At)> Requests
    {
        get
        {
            lock (_lock) return [.. _requests];
        }
    }

    public bool HasActions => Actions is not null;

    /// <summary>Answers about splits and dividends, a page each; null where the vendor has none.</summary>
    public Func<ActionsRequest, string?, ProviderAnswer<ActionsPage>>? Actions { get; set; }

    public bool Serves(AssetClass assetClass) => true;

    public TimeSpan LongestRequest(AssetClass assetClass) => Longest;

    public string Describe(MinuteRequest request) => $"GET {name}/{request.Symbol}/{request.Start}/{request.End}";

    public async Task<ProviderAnswer<MinutePage>> FetchMinutesAsync(MinuteRequest request, string? continuation, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _requests.Add((request, now()));
            _underWay.Add(request.Symbol);
            MostUnderWay = Math.Max(MostUnderWay, _underWay.Count);
        }

        try
        {
            await Gate(request);
            if (Fault(request) is { } failure) return failure;
            var all = Garble(Candles(request.Symbol, request.Start, request.End));
            var from = continuation is null ? 0 : int.Parse(continuation, System.Globalization.CultureInfo.InvariantCulture);
            var count = Math.Min(PageSize, all.Count - from);
            var next = from + count < all.Count ? (from + count).ToString(System.Globalization.CultureInfo.InvariantCulture) : null;
            return new MinutePage(all.Slice(from, count), [], next);
        }
        finally
        {
            lock (_lock) _underWay.Remove(request.Symbol);
        }
    }

    public Task<ProviderAnswer<ActionsPage>> FetchActionsAsync(ActionsRequest request, string? continuation, CancellationToken cancellationToken) =>
        Task.FromResult(Actions!(request, continuation));

    public async Task<ProviderFailure?> ProbeAsync(CancellationToken cancellationToken)
    {
        Probes++;
        await ProbeGate().WaitAsync(cancellationToken);
        return Health;
    }

    /// <summary>Its candles of regular hours in [start, end).</summary>
    public CandleColumns Candles(string symbol, long start, long end)
    {
        var days = markets[symbol].Days;
        var times = new List<long>();
        for (var day = Math.Max(0, days.DayAtOrBefore(start)); day < days.Count && days.RegularOpen(day) < end; day++)
        {
            for (var minute = Math.Max(start, days.RegularOpen(day)); minute < Math.Min(end, days.RegularClose(day)); minute += 60_000_000)
            {
                if (!Lacks(symbol, minute)) times.Add(minute);
            }
        }

        var candles = new CandleColumns(times.Count);
        for (var at = 0; at < times.Count; at++)
        {
            var price = 10_000_000_000 + ((times[at] / 60_000_000 * 7919 % 1000) * 1_000_000) + (symbol[0] * 100_000_000L) + (name.Length * 1_000);
            (candles.Time[at], candles.Open[at], candles.High[at], candles.Low[at], candles.Close[at], candles.Volume[at]) = (times[at], price, price + 500, price - 500, price + 100, price / 100);
        }

        return candles;
    }
}
