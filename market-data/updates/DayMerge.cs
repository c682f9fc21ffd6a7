using Trading.MarketData.Markets;
using Trading.MarketData.Store;

namespace Trading.MarketData.Updates;

/// <summary>A day as it is stored now.</summary>
/// <param name="Times">Starts of its candles, rising.</param>
/// <param name="Info">Where they come from.</param>
public sealed record StoredDay(ReadOnlyMemory<long> Times, PartitionInfo Info);

/// <summary>What becomes of a stored day when a provider's candles of it arrive.</summary>
/// <param name="Write">How the candles are written; null when the stored ones stay alone.</param>
/// <param name="Info">The provenance that the day has afterwards.</param>
public sealed record DayMerge(WriteMode? Write, PartitionInfo Info)
{
    /// <summary>Source of what providers deliver.</summary>
    public const string VendorHistory = "vendor_history";

    /// <summary>Time after a day's end from which a provider's silence about its end counts as an answer: vendors publish with a delay.</summary>
    public static readonly TimeSpan SettledAfter = TimeSpan.FromHours(1);

    /// <summary>
    /// A day never mixes providers (OHLCV-O01): candles of the provider that the day is from are merged into it; those of another one take its place
    /// when they are no fewer and fill a gap, or when the day was synthetic. Missing minutes that the provider was asked for and did not send are
    /// remembered as empty (OHLCV-121).
    /// </summary>
    /// <param name="market">The market.</param>
    /// <param name="fetched">What arrived.</param>
    /// <param name="asked">The time that was asked for.</param>
    /// <param name="stored">What is there; null for nothing.</param>
    /// <param name="provider">Whom the candles are from.</param>
    /// <param name="fetchedAt">When the update began, microseconds since 1970-01-01Z.</param>
    public static DayMerge Decide(MarketRules market, FetchedDay fetched, TimeSpanMicros asked, StoredDay? stored, string provider, long fetchedAt)
    {
        ArgumentNullException.ThrowIfNull(fetched);
        var fresh = new PartitionInfo(provider, VendorHistory, "raw", IsOver(market, fetched.Day, fetchedAt, TimeSpan.Zero) ? Finality.Final : Finality.Provisional, fetchedAt, []);
        var isSame = stored is null || (stored.Info.Provider == provider && stored.Info.DataVersion == fresh.DataVersion && stored.Info.Source != "synthetic");
        if (isSame)
        {
            var all = Union(stored?.Times.Span ?? [], fetched.Candles.Time);
            var empty = Confirmed(market, fetched, asked, all, stored?.Info.ConfirmedEmpty ?? [], fetchedAt);
            return new(fetched.Candles.Count > 0 ? WriteMode.Merge : null, fresh with { ConfirmedEmpty = empty });
        }

        if (IsBetter(market, fetched, stored!))
        {
            return new(WriteMode.Replace, fresh with { ConfirmedEmpty = Confirmed(market, fetched, asked, fetched.Candles.Time, [], fetchedAt) });
        }

        // nobody has more: what is missing now would be asked for every night
        var kept = Confirmed(market, fetched with { Candles = Candles.CandleColumns.Empty }, asked, stored!.Times.Span, stored.Info.ConfirmedEmpty, fetchedAt);
        return new(null, stored.Info with { ConfirmedEmpty = kept });
    }

    /// <summary>Whether a day was over at an instant, and so long ago.</summary>
    public static bool IsOver(MarketRules market, int day, long at, TimeSpan since) => UpdateBounds.End(market, day) + (since.Ticks / 10) <= at;

    private static bool IsBetter(MarketRules market, FetchedDay fetched, StoredDay stored)
    {
        var now = DayMinutes.Actual(market, fetched.Day, fetched.Candles.Time);
        var before = DayMinutes.Actual(market, fetched.Day, stored.Times.Span);
        if (now == 0) return false;
        if (stored.Info.Source == "synthetic") return true;
        if (now < before) return false;
        var gaps = DayMinutes.Missing(market, fetched.Day, stored.Times.Span, []);
        return fetched.Candles.Time.Any(time => gaps.Exists(gap => time >= gap.Start && time < gap.End));
    }

    private static List<TimeSpanMicros> Confirmed(MarketRules market, FetchedDay fetched, TimeSpanMicros asked, ReadOnlySpan<long> times, IReadOnlyList<TimeSpanMicros> known, long fetchedAt)
    {
        // before the answer has settled, only silence between candles is one
        var isSettled = IsOver(market, fetched.Day, fetchedAt, SettledAfter);
        var until = isSettled ? asked.End : fetched.Candles.Count > 0 ? Math.Min(asked.End, fetched.Candles.Time[^1]) : asked.Start;
        var confirmed = new List<TimeSpanMicros>();
        if (fetched.Dropped.Count == 0)
        {
            foreach (var gap in DayMinutes.Missing(market, fetched.Day, times, []))
            {
                var part = new TimeSpanMicros(Math.Max(gap.Start, asked.Start), Math.Min(gap.End, until));
                if (part.End > part.Start) confirmed.Add(part);
            }
        }

        foreach (var old in known)
        {
            foreach (var gap in DayMinutes.Missing(market, fetched.Day, times, []))
            {
                var part = new TimeSpanMicros(Math.Max(gap.Start, old.Start), Math.Min(gap.End, old.End));
                if (part.End > part.Start) confirmed.Add(part);
            }
        }

        return Joined(confirmed);
    }

    private static List<TimeSpanMicros> Joined(List<TimeSpanMicros> spans)
    {
        var joined = new List<TimeSpanMicros>();
        foreach (var span in spans.OrderBy(span => span.Start))
        {
            if (joined.Count > 0 && span.Start <= joined[^1].End) joined[^1] = joined[^1] with { End = Math.Max(joined[^1].End, span.End) };
            else joined.Add(span);
        }

        return joined;
    }

    private static long[] Union(ReadOnlySpan<long> one, long[] other)
    {
        var all = new SortedSet<long>(other);
        foreach (var time in one) all.Add(time);
        return [.. all];
    }
}
