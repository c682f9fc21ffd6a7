using Trading.MarketData.Candles;
using Trading.MarketData.Markets;
using Trading.MarketData.Store;
using Trading.MarketData.Validation;

namespace Trading.MarketData.Updates;

/// <summary>A day as it is stored now.</summary>
/// <param name="Candles">Its candles; only the times are looked at.</param>
/// <param name="Info">Where they come from.</param>
public sealed record StoredDay(CandleColumns Candles, PartitionInfo Info)
{
    /// <summary>Whether the day has to be asked for: a minute is missing that is not known to be empty, or the day was not over when it was fetched.</summary>
    public bool IsIncomplete(MarketRules market, DateOnly date) =>
        Info.Finality == Finality.Provisional || DayValidator.Validate(date, Candles, market, Info.ConfirmedEmpty).Gaps.Any(gap => !gap.IsConfirmedEmpty);
}

/// <summary>What becomes of a stored day when a provider's candles of it arrive.</summary>
/// <param name="Write">How the candles are written; null when the stored ones stay alone.</param>
/// <param name="Info">The provenance that the day has afterwards.</param>
public sealed record DayMerge(WriteMode? Write, PartitionInfo Info)
{
    /// <summary>Source of what providers deliver.</summary>
    public const string VendorHistory = "vendor_history";

    private const string Synthetic = "synthetic";

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
        var isSame = stored is null || (stored.Info.Provider == provider && stored.Info.DataVersion == fresh.DataVersion && stored.Info.Source != Synthetic);
        if (isSame)
        {
            var all = Union(stored?.Candles ?? CandleColumns.Empty, fetched.Candles);
            var empty = Confirmed(market, fetched, asked, all, stored?.Info.ConfirmedEmpty ?? [], fetchedAt);
            return new(fetched.Candles.Count > 0 ? WriteMode.Merge : null, fresh with { ConfirmedEmpty = empty });
        }

        if (IsBetter(market, fetched, stored!))
        {
            return new(WriteMode.Replace, fresh with { ConfirmedEmpty = Confirmed(market, fetched, asked, fetched.Candles, [], fetchedAt) });
        }

        // nobody has more: what is missing now would be asked for every night
        var kept = Confirmed(market, fetched with { Candles = CandleColumns.Empty }, asked, stored!.Candles, stored.Info.ConfirmedEmpty, fetchedAt);
        return new(null, stored.Info with { ConfirmedEmpty = kept });
    }

    /// <summary>Whether a day was over at an instant, and so long ago.</summary>
    public static bool IsOver(MarketRules market, int day, long at, TimeSpan since) => UpdateBounds.End(market, day) + (since.Ticks / 10) <= at;

    private static bool IsBetter(MarketRules market, FetchedDay fetched, StoredDay stored)
    {
        var date = market.DateAt(fetched.Day);
        var after = DayValidator.Validate(date, fetched.Candles, market);
        if (after.ActualCandles == 0) return false;
        if (stored.Info.Source == Synthetic) return true;
        var before = DayValidator.Validate(date, stored.Candles, market);
        return after.ActualCandles >= before.ActualCandles
            && fetched.Candles.Time.Any(time => before.Gaps.Any(gap => time >= gap.Start && time < gap.End));
    }

    private static List<TimeSpanMicros> Confirmed(MarketRules market, FetchedDay fetched, TimeSpanMicros asked, CandleColumns candles, IReadOnlyList<TimeSpanMicros> known, long fetchedAt)
    {
        // before the answer has settled, only silence between candles is one; where rows were unreadable, none is
        var isSettled = IsOver(market, fetched.Day, fetchedAt, SettledAfter);
        var until = isSettled ? asked.End : fetched.Candles.Count > 0 ? Math.Min(asked.End, fetched.Candles.Time[^1]) : asked.Start;
        List<TimeSpanMicros> silent = [.. known];
        if (!fetched.HasUnreadable && until > asked.Start) silent.Add(new(asked.Start, until));
        silent.Sort((one, other) => one.Start.CompareTo(other.Start));

        var confirmed = new List<TimeSpanMicros>();
        foreach (var gap in DayValidator.Validate(market.DateAt(fetched.Day), candles, market, silent).Gaps)
        {
            if (!gap.IsConfirmedEmpty) continue;
            if (confirmed.Count > 0 && confirmed[^1].End == gap.Start) confirmed[^1] = confirmed[^1] with { End = gap.End };
            else confirmed.Add(new(gap.Start, gap.End));
        }

        return confirmed;
    }

    /// <summary>Candles at the times of both; their other columns mean nothing.</summary>
    private static CandleColumns Union(CandleColumns one, CandleColumns other)
    {
        if (one.Count == 0) return other;
        long[] times = [.. new SortedSet<long>(one.Time.Concat(other.Time))];
        return new(times, times, times, times, times, times);
    }
}
