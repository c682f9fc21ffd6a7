using System.Collections.Concurrent;
using Trading.Engine.Bars;
using Trading.GrainInterfaces.Data;

namespace Trading.Gateway.Tests;

/// <summary>The data manager as a gateway sees it: every answer is what the test says, every question is kept.</summary>
internal sealed class FakeData : IDataCatalogueGrain, IDataUpdatesGrain
{
    internal static readonly CandlePageAnswer Nothing = new() { PageSize = 1_000 };

    internal ConcurrentQueue<CandlePageRequest> Pages { get; } = new();

    internal Func<CandlePageRequest, CandlePageAnswer> Page { get; set; } = _ => Nothing;

    internal Func<string, SymbolsAnswer> Symbols { get; set; } = _ => new(null, []);

    internal Func<CancellationToken, Task<DataHealth>> Health { get; set; } = _ => Task.FromResult(Healthy);

    internal int HealthCalls;

    internal ConcurrentDictionary<string, FakeAnalysis> Analyses { get; } = new();

    internal Func<CompletenessRequest, DataProblem?> AnalysisRefusal { get; set; } = _ => null;

    /// <summary>Results of successive questions; the last one is repeated.</summary>
    internal Func<int, CancellationToken, Task<CompletenessAnswer?>> AnalysisResult { get; set; } = (_, _) => Task.FromResult<CompletenessAnswer?>(new(null, [], [], []));

    internal ConcurrentQueue<UpdateRequest> Started { get; } = new();

    internal Func<UpdateRequest, UpdateStarted> Starting { get; set; } = request => new(null, FakeUpdate.Id, request.Symbols?.Count ?? 5);

    internal IReadOnlyList<ActiveUpdate> Active { get; set; } = [];

    internal ConcurrentDictionary<string, FakeUpdate> Updates { get; } = new();

    internal static DataHealth Healthy { get; } = new(
        [new("KO", 19_920, 1_721_160_000_000_000, false)], 1, 0, 4_096, 900, 1_000, null, 0, [new("polygon", true, null, 1_721_160_000_000_000, 5, 4)]);

    public Task<SymbolsAnswer> GetSymbols(string timeframe, CancellationToken cancellationToken) => Task.FromResult(Symbols(timeframe));

    public Task<DataHealth> GetHealth(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref HealthCalls);
        return Health(cancellationToken);
    }

    public Task<UpdateStarted> Start(UpdateRequest request, CancellationToken cancellationToken)
    {
        Started.Enqueue(request);
        return Task.FromResult(Starting(request));
    }

    public Task<IReadOnlyList<ActiveUpdate>> GetActive(CancellationToken cancellationToken) => Task.FromResult(Active);

    public Task EnsureSchedule(CancellationToken cancellationToken) => Task.CompletedTask;

    internal ICandlesGrain At(string symbol) => new FakeCandles(this, symbol);

    internal FakeAnalysis Analysis(string id) => Analyses.GetOrAdd(id, _ => new FakeAnalysis(this));

    internal FakeUpdate Update(string id) => Updates.GetOrAdd(id, _ => new FakeUpdate());

    private sealed class FakeCandles(FakeData data, string symbol) : ICandlesGrain
    {
        public Task<CandlePageAnswer> GetPage(CandlePageRequest request, CancellationToken cancellationToken)
        {
            Assert.Equal(symbol, request.Symbol);
            data.Pages.Enqueue(request);
            return Task.FromResult(data.Page(request));
        }
    }
}

internal sealed class FakeAnalysis(FakeData data) : ICompletenessGrain
{
    private int _asked;

    internal CompletenessRequest? Request { get; private set; }

    public Task<DataProblem?> Start(CompletenessRequest request, CancellationToken cancellationToken)
    {
        Request = request;
        return Task.FromResult(data.AnalysisRefusal(request));
    }

    public Task<CompletenessAnswer?> GetResult(CancellationToken cancellationToken) => data.AnalysisResult(_asked++, cancellationToken);
}

internal sealed class FakeUpdate : IDataUpdateGrain
{
    internal const string Id = "0b0f3c1e-6a55-4a0c-9a53-3d1f0c5a7e21";

    internal UpdateStatus? Status { get; set; }

    internal IReadOnlyList<SymbolProgress>? Progress { get; set; }

    internal UpdateDetails? Details { get; set; }

    internal Func<FakeUpdate, bool> Cancelling { get; set; } = _ => false;

    public Task Begin(UpdateRequest request, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<UpdateStatus?> GetStatus(CancellationToken cancellationToken) => Task.FromResult(Status);

    public Task<IReadOnlyList<SymbolProgress>?> GetProgress(CancellationToken cancellationToken) => Task.FromResult(Progress);

    public Task<UpdateDetails?> GetDetails(CancellationToken cancellationToken) => Task.FromResult(Details);

    public Task<bool> Cancel(CancellationToken cancellationToken) => Task.FromResult(Cancelling(this));
}

/// <summary>Pages as a correct data manager makes them from a list of candles.</summary>
internal static class NaivePages
{
    internal static CandlePageAnswer Of(IReadOnlyList<long[]> candles, CandlePageRequest request)
    {
        var size = request.PageSize ?? 1_000;
        var ordered = request.Descending ? candles.Reverse() : candles;
        var page = ordered.Skip((int)Math.Min((long)(request.Page - 1) * size, int.MaxValue)).Take(size).ToList();
        return new CandlePageAnswer
        {
            Time = [.. page.Select(candle => candle[0])],
            Open = [.. page.Select(candle => candle[1])],
            High = [.. page.Select(candle => candle[2])],
            Low = [.. page.Select(candle => candle[3])],
            Close = [.. page.Select(candle => candle[4])],
            Volume = [.. page.Select(candle => candle[5])],
            Start = candles.Count == 0 ? null : candles[0][0],
            End = candles.Count == 0 ? null : candles[^1][0] + 60_000_000,
            PageSize = size,
            TotalItems = candles.Count,
            AssetClass = AssetClass.Equity,
        };
    }

    /// <summary>Candles with prices and volumes of every size, from a seed.</summary>
    internal static IReadOnlyList<long[]> Random(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(index => (long[])[1_721_136_600_000_000 + (index * 60_000_000L), Price(random), Price(random), Price(random), Price(random), random.NextInt64(0, 1L << random.Next(1, 60))])];
    }

    private static long Price(Random random) => random.NextInt64(1, 1L << random.Next(1, 60));
}
