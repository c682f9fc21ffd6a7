using Trading.GrainInterfaces.Data;
using Trading.MarketData.Candles;
using Trading.MarketData.Markets;
using Trading.MarketData.Resampling;
using Trading.MarketData.Store;

namespace Trading.Grains.Data;

/// <summary>Phase 3: makes the longer candles of days whose minutes changed, and of no others (OHLCV-068).</summary>
/// <remarks>
/// Daily candles are written first and the longest intraday timeframe last, so that its file, being as new as the minutes, proves that all others are
/// made: what a crash leaves out is found by the next validation.
/// </remarks>
internal sealed class ResampleSlice(SymbolTools tools)
{
    /// <summary>Days per slice: each costs a few files.</summary>
    public const int DaysPerSlice = 16;

    public async Task<SymbolWork> Run(string symbol, SymbolWork work, CancellationToken cancellationToken)
    {
        if (!work.Resample || work.ToResample.Count == 0) return work with { Phase = UpdatePhase.Reporting, ToResample = [] };
        var market = tools.Markets[symbol];
        var started = tools.Time.GetTimestamp();
        var days = work.ToResample.Take(DaysPerSlice).Select(MarketRules.DateOfDay).ToArray();
        var written = 0L;
        await using (var writer = await tools.Store.OpenWriterAsync(symbol, cancellationToken))
        {
            if (tools.Targets.Contains(Timeframe.Daily)) written += await Daily(symbol, market, days, writer, cancellationToken);
            foreach (var day in days) written += await Intraday(symbol, market, day, writer, cancellationToken);
        }

        tools.Resampled(symbol, days.Length, written, tools.Time.GetElapsedTime(started));
        return work with { ToResample = [.. work.ToResample.Skip(days.Length)], CandlesResampled = work.CandlesResampled + written };
    }

    /// <summary>What a longer file says of its origin: the same as the minutes that it was made of.</summary>
    private static PartitionInfo Origin(PartitionInfo minutes) => minutes with { ConfirmedEmpty = [], Fingerprint = "" };

    private async Task<long> Daily(string symbol, MarketRules market, DateOnly[] days, ICandleWriter writer, CancellationToken cancellationToken)
    {
        var parts = new List<CandleColumns>();
        PartitionInfo? origin = null;
        foreach (var day in ResamplePlan.Touched(days, Timeframe.Daily, market))
        {
            var (first, last) = ResamplePlan.MinutesNeeded(day, day, Timeframe.Daily, market);
            var minutes = await tools.Store.ReadAsync(symbol, Timeframe.OneMinute, first, last, null, CandleFields.All, cancellationToken);
            if (minutes.Partitions.Count == 0 || minutes.Partitions[^1].Day != day) continue;
            parts.Add(Resampler.Resample(minutes.Columns, Timeframe.Daily, market, day, day));
            origin = Origin(minutes.Partitions[^1].Summary.Info);
        }

        var candles = parts.Count == 0 ? CandleColumns.Empty : CandleColumns.Concat(parts);
        if (origin is not null && candles.Count > 0) await writer.WriteAsync(Timeframe.Daily, candles, origin, WriteMode.Replace, cancellationToken);
        return candles.Count;
    }

    private async Task<long> Intraday(string symbol, MarketRules market, DateOnly day, ICandleWriter writer, CancellationToken cancellationToken)
    {
        var minutes = await tools.Store.ReadAsync(symbol, Timeframe.OneMinute, day, day, null, CandleFields.All, cancellationToken);
        if (minutes.Partitions is not [var partition]) return 0;
        var origin = Origin(partition.Summary.Info);
        var count = 0L;
        foreach (var target in tools.Targets)
        {
            if (target == Timeframe.Daily) continue;
            var candles = Resampler.Resample(minutes.Columns, target, market, day, day);
            if (candles.Count == 0) continue;
            await writer.WriteAsync(target, candles, origin, WriteMode.Replace, cancellationToken);
            count += candles.Count;
            if (target == tools.Marker) await Mark(symbol, target, day, origin, writer, cancellationToken);
        }

        return count;
    }

    /// <summary>A file whose candles did not change was not written; it is as new as the minutes all the same.</summary>
    private async Task Mark(string symbol, Timeframe marker, DateOnly day, PartitionInfo origin, ICandleWriter writer, CancellationToken cancellationToken)
    {
        var made = await tools.Store.DescribeAsync(symbol, marker, day, day, cancellationToken);
        if (made is [var file] && file.Summary.Info.FetchedAt < origin.FetchedAt) await writer.AnnotateAsync(marker, day, origin, cancellationToken);
    }
}
