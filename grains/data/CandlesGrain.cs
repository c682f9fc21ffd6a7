using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Trading.GrainInterfaces.Data;
using Trading.MarketData.Actions;
using Trading.MarketData.Candles;
using Trading.MarketData.Diagnostics;
using Trading.MarketData.Markets;
using Trading.MarketData.Settings;
using Trading.MarketData.Sources;
using Trading.MarketData.Store;

namespace Trading.Grains.Data;

/// <summary>Reads pages of stored candles. Holds nothing, so there may be as many as there is work for.</summary>
[StatelessWorker]
public sealed partial class CandlesGrain(
    ICandleStore store,
    CandleAdjuster adjuster,
    MarketTable markets,
    IOptions<MarketDataOptions> options,
    DataMetrics metrics,
    DataClock clock,
    ILogger<CandlesGrain> logger) : Grain, ICandlesGrain
{
    public async Task<CandlePageAnswer> GetPage(CandlePageRequest request, CancellationToken cancellationToken)
    {
        if (Check(request, out var query) is { } problem) return new CandlePageAnswer { Problem = problem };
        var started = clock.Time.GetTimestamp();
        try
        {
            var page = await store.PageAsync(query, cancellationToken);
            if (!page.IsKnown)
            {
                return new CandlePageAnswer { Problem = new(DataProblemKind.NotFound, "UNKNOWN_SYMBOL", $"{query.Symbol} was never stored; GET /trading-data/symbols lists what is", "symbol") };
            }

            var candles = await Adjusted(query, page.Candles, request.Adjustment, cancellationToken);
            var elapsed = clock.Time.GetElapsedTime(started);
            metrics.Query(request.Timeframe, elapsed, candles.Count);
            LogPage(query.Symbol, request.Timeframe, candles.Count, page.TotalItems, elapsed);
            return Answer(page, candles, query.PageSize);
        }
        catch (BarSourceException refused)
        {
            return new CandlePageAnswer { Problem = new(DataProblemKind.Conflict, "ADJUSTMENT_UNAVAILABLE", refused.Message, "adjustment") };
        }
        catch (CandleStoreException failure)
        {
            LogFailed(failure, query.Symbol, request.Timeframe);
            metrics.Failed("query", "store");
            return new CandlePageAnswer { Problem = StoreProblems.Of(failure) };
        }
    }

    private static CandlePageAnswer Answer(CandlePage page, CandleColumns candles, int pageSize) => new()
    {
        Time = candles.Time,
        Open = candles.Open,
        High = candles.High,
        Low = candles.Low,
        Close = candles.Close,
        Volume = candles.Volume,
        Start = page.Start,
        End = page.End,
        PageSize = pageSize,
        TotalItems = page.TotalItems,
        AssetClass = page.AssetClass,
    };

    private DataProblem? Check(CandlePageRequest request, out CandleQuery query)
    {
        query = null!;
        var settings = options.Value.Storage;
        if (!Timeframes.TryParse(request.Timeframe, out var timeframe, out var unknown)) return new(DataProblemKind.Invalid, "INVALID_TIMEFRAME", unknown, "timeframe");
        if (UpdateRules.Symbol(request.Symbol, out var symbol) is { } noSymbol) return noSymbol;
        if (UpdateRules.Dates(request.StartDate, request.EndDate) is { } noRange) return noRange;
        var size = request.PageSize ?? settings.DefaultPageSize;
        if (size < 1 || size > settings.MaxPageSize) return new(DataProblemKind.Invalid, "INVALID_PAGE_SIZE", $"page_size is {size}, not between 1 and {settings.MaxPageSize}", "page_size");
        if (request.Page < 1) return new(DataProblemKind.Invalid, "INVALID_PAGE", $"page is {request.Page}, but pages count from 1", "page");
        if (request.Adjustment is not (DataVersions.Raw or DataVersions.Split or DataVersions.Adjusted))
        {
            return new(DataProblemKind.Invalid, "INVALID_ADJUSTMENT", $"'{request.Adjustment}' is no adjustment; valid are raw, split, adjusted", "adjustment");
        }

        query = new(symbol, timeframe, Date(request.StartDate), Date(request.EndDate), request.Descending, request.Page, size);
        return null;
    }

    private static DateOnly? Date(int? day) => day is { } number ? MarketRules.DateOfDay(number) : null;

    /// <summary>The page as asked for, in its own order. Stored candles that came adjusted are refused as raw, so the files' ends are looked at in any case.</summary>
    private async Task<CandleColumns> Adjusted(CandleQuery query, CandleColumns page, string adjustment, CancellationToken cancellationToken)
    {
        if (page.Count == 0) return page;
        var market = markets[query.Symbol];
        var rising = query.Descending ? Reversed(page) : page;
        var files = await store.DescribeAsync(query.Symbol, query.Timeframe, market.DayOf(rising.Time[0]), market.DayOf(rising.Time[^1]), cancellationToken);
        var adjusted = await adjuster.AdjustAsync(query.Symbol, new StoredCandles(rising, files), adjustment, null, cancellationToken);
        if (ReferenceEquals(adjusted, rising)) return page;
        return query.Descending ? Reversed(adjusted) : adjusted;
    }

    private static CandleColumns Reversed(CandleColumns candles)
    {
        return new(Back(candles.Time), Back(candles.Open), Back(candles.High), Back(candles.Low), Back(candles.Close), Back(candles.Volume));

        static long[] Back(long[] column)
        {
            var back = (long[])column.Clone();
            Array.Reverse(back);
            return back;
        }
    }

    [LoggerMessage(3460, LogLevel.Debug, "Page of {Symbol} {Timeframe}: {Candles} of {Total} candles in {Duration}")]
    private partial void LogPage(string symbol, string timeframe, int candles, long total, TimeSpan duration);

    [LoggerMessage(3461, LogLevel.Error, "A page of {Symbol} {Timeframe} cannot be read")]
    private partial void LogFailed(Exception failure, string symbol, string timeframe);
}

/// <summary>Failures of the store as values.</summary>
internal static class StoreProblems
{
    public static DataProblem Of(CandleStoreException failure) => failure.Problem switch
    {
        CandleStoreProblem.BadSymbol => new(DataProblemKind.Invalid, UpdateRules.InvalidSymbol, failure.Message, "symbol"),
        CandleStoreProblem.Busy => new(DataProblemKind.Conflict, "STORE_BUSY", failure.Message),
        _ => new(DataProblemKind.Unavailable, "STORE_UNAVAILABLE", failure.Message),
    };
}
