using Trading.GrainInterfaces;
using Trading.GrainInterfaces.Feeds;
using Trading.GrainInterfaces.Sessions;
using Trading.MarketData.Cache;
using Trading.MarketData.Ranges;
using Trading.MarketData.Sources;

namespace Trading.Grains.Feeds;

/// <summary>What there is of one symbol. The bars themselves stay in the process's cache; only the answer crosses the wire.</summary>
public sealed class SymbolFeedGrain(IBarSource bars, BarFingerprints fingerprints) : Grain, ISymbolFeedGrain
{
    public async Task<FeedAvailability?> GetAvailability(long start, long end, bool extendedHours, string dataVersion, CancellationToken cancellationToken)
    {
        var key = GrainKeys.Split(this.GetPrimaryKeyString());
        if (key.Length != 2) return null;
        var (provider, symbol) = (key[0], key[1]);
        if (await Load(new BarSeriesKey(symbol, provider, dataVersion), new BarRange(start, end), cancellationToken) is not { } series) return null;

        var range = DataRange.Of(series, start, end, extendedHours);
        return new FeedAvailability(
            new SymbolRange(symbol, range.Start ?? 0, range.End ?? 0, range.Candles, range.MissingCandles),
            fingerprints.Of(series, start, end, extendedHours),
            series.SourceIn(start, end));
    }

    private async Task<Engine.Bars.BarSeries?> Load(BarSeriesKey key, BarRange range, CancellationToken cancellationToken)
    {
        try
        {
            return await bars.LoadAsync(key, range, null, cancellationToken);
        }
        catch (BarSourceException problem) when (problem.Problem != BarSourceProblem.MalformedData)
        {
            // a name that cannot have bars has none
            return null;
        }
        catch (BarSourceException problem)
        {
            // the original exception cannot cross processes; its message may be shown
            throw new InvalidOperationException(problem.Message);
        }
    }
}
