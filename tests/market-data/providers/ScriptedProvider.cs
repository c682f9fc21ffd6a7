using Trading.Engine.Bars;
using Trading.MarketData.Candles;
using Trading.MarketData.Providers;

namespace Trading.MarketData.Tests.Providers;

/// <summary>A provider without a network: failures as scripted, then candles of its own.</summary>
internal sealed class ScriptedProvider(string name, TimeProvider time, params ProviderFailure[] failures) : IMarketDataProvider
{
    private readonly Queue<ProviderFailure> _failures = new(failures);

    public string Name => name;

    public bool HasActions => false;

    public CandleColumns Candles { get; set; } = CandleColumns.Empty;

    /// <summary>Candles of a page.</summary>
    public int PageSize { get; set; } = int.MaxValue;

    public TimeSpan Longest { get; set; } = TimeSpan.FromDays(70);

    /// <summary>Fails with this whenever it is set and the request is of this number or later, counted from 1.</summary>
    public (int From, ProviderFailure Failure)? Broken { get; set; }

    public List<(DateTimeOffset At, MinuteRequest Request, string? Continuation)> Requests { get; } = [];

    public bool Serves(AssetClass assetClass) => assetClass == AssetClass.Equity;

    public TimeSpan LongestRequest(AssetClass assetClass) => Longest;

    public string Describe(MinuteRequest request) => name;

    public Task<ProviderAnswer<MinutePage>> FetchMinutesAsync(MinuteRequest request, string? continuation, CancellationToken cancellationToken)
    {
        Requests.Add((time.GetUtcNow(), request, continuation));
        if (_failures.TryDequeue(out var failure)) return Task.FromResult<ProviderAnswer<MinutePage>>(failure);
        if (Broken is { } broken && Requests.Count >= broken.From) return Task.FromResult<ProviderAnswer<MinutePage>>(broken.Failure);
        var skip = continuation is null ? 0 : int.Parse(continuation, System.Globalization.CultureInfo.InvariantCulture);
        var first = Candles.FirstAtOrAfter(request.Start);
        var found = Candles.Slice(first, Math.Max(0, Candles.FirstAtOrAfter(request.End) - first));
        var count = Math.Min(PageSize, found.Count - skip);
        var next = skip + count < found.Count ? (skip + count).ToString(System.Globalization.CultureInfo.InvariantCulture) : null;
        return Task.FromResult<ProviderAnswer<MinutePage>>(new MinutePage(found.Slice(skip, count), [], next));
    }

    public Task<ProviderAnswer<ActionsPage>> FetchActionsAsync(ActionsRequest request, string? continuation, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public Task<ProviderFailure?> ProbeAsync(CancellationToken cancellationToken) => Task.FromResult<ProviderFailure?>(null);

    public ProviderRegistration Registration => new(name, _ => new() { ApiKey = "scripted-key", BaseUrl = "http://vendor.example" }, _ => RequestsPerMinute, _ => this);

    public int RequestsPerMinute { get; set; } = 100_000;
}
