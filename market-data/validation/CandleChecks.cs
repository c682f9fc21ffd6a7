using Trading.MarketData.Candles;

namespace Trading.MarketData.Validation;

/// <param name="Row">Row of the raw candles, from 0.</param>
/// <param name="Time">Its time as it came, in microseconds since 1970-01-01Z.</param>
/// <param name="Reason">What is wrong, fit to be shown.</param>
public readonly record struct DroppedRow(int Row, long Time, string Reason);

/// <summary>What <see cref="CandleChecks.Clean"/> made of raw candles.</summary>
/// <param name="Candles">In order, one per minute, all sane; the raw columns themselves when nothing had to change.</param>
/// <param name="RowsRead">Rows of the raw candles.</param>
/// <param name="RowsDropped">Rows that break a candle rule (OHLCV-174).</param>
/// <param name="Dropped">The first of these, at most <see cref="CandleChecks.MaxReported"/>.</param>
/// <param name="RowsRepeated">Rows that only repeat another row.</param>
/// <param name="RowsReplaced">Rows whose minute came again later with other values; the later row counts.</param>
/// <param name="RowsRealigned">Rows that did not begin on a whole minute and were put on the minute they lie in.</param>
/// <param name="WasUnordered">Rows were not in the order of time.</param>
public sealed record CleanCandles(
    CandleColumns Candles,
    int RowsRead,
    int RowsDropped,
    IReadOnlyList<DroppedRow> Dropped,
    int RowsRepeated,
    int RowsReplaced,
    int RowsRealigned,
    bool WasUnordered);

/// <summary>The rules that every candle keeps (OHLCV-021, OHLCV-022), applied before anything is stored. Values are never changed. Safe for concurrent use.</summary>
public static class CandleChecks
{
    /// <summary>So many dropped rows are listed; all are counted.</summary>
    public const int MaxReported = 100;

    private const long MinuteMicros = 60_000_000;

    /// <summary>Which rule a candle breaks, fit to be shown; null when it keeps them all.</summary>
    public static string? Problem(CandleColumns candles, int row)
    {
        ArgumentNullException.ThrowIfNull(candles);
        long open = candles.Open[row], high = candles.High[row], low = candles.Low[row], close = candles.Close[row], volume = candles.Volume[row];
        if (open <= 0) return $"open is {CandleText.Price(open)}, prices must be above 0";
        if (high <= 0) return $"high is {CandleText.Price(high)}, prices must be above 0";
        if (low <= 0) return $"low is {CandleText.Price(low)}, prices must be above 0";
        if (close <= 0) return $"close is {CandleText.Price(close)}, prices must be above 0";
        if (low > open || low > close) return $"low {CandleText.Price(low)} is above open {CandleText.Price(open)} or close {CandleText.Price(close)}";
        if (high < open || high < close) return $"high {CandleText.Price(high)} is below open {CandleText.Price(open)} or close {CandleText.Price(close)}";
        return volume < 0 ? $"volume is {CandleText.Volume(volume)}, it must not be below 0" : null;
    }

    /// <summary>Puts raw one-minute candles of any order into the form that is stored (OHLCV-173); what breaks a rule is left out and reported (OHLCV-174).</summary>
    /// <param name="raw">One-minute candles as they came; of two rows of one minute the later row counts.</param>
    public static CleanCandles Clean(CandleColumns raw)
    {
        ArgumentNullException.ThrowIfNull(raw);
        if (IsClean(raw)) return new(raw, raw.Count, 0, [], 0, 0, 0, false);

        var dropped = new List<DroppedRow>();
        var rowsDropped = 0;
        var realigned = 0;
        var kept = new List<int>(raw.Count);
        var minute = new long[raw.Count];
        for (var row = 0; row < raw.Count; row++)
        {
            if (Problem(raw, row) is { } reason)
            {
                rowsDropped++;
                if (dropped.Count < MaxReported) dropped.Add(new(row, raw.Time[row], reason));
                continue;
            }

            minute[row] = Floor(raw.Time[row]);
            if (minute[row] != raw.Time[row]) realigned++;
            kept.Add(row);
        }

        kept.Sort((left, right) => minute[left] != minute[right] ? minute[left].CompareTo(minute[right]) : left.CompareTo(right));
        var (rows, repeated, replaced) = LastOfEachMinute(raw, kept, minute);
        return new(Take(raw, rows, minute), raw.Count, rowsDropped, dropped, repeated, replaced, realigned, raw.Time.AsSpan().ContainsDescent());
    }

    private static bool IsClean(CandleColumns candles)
    {
        ReadOnlySpan<long> time = candles.Time, open = candles.Open, high = candles.High, low = candles.Low, close = candles.Close, volume = candles.Volume;
        var previous = long.MinValue;
        for (var row = 0; row < time.Length; row++)
        {
            var isSane = low[row] > 0 && low[row] <= Math.Min(open[row], close[row]) && high[row] >= Math.Max(open[row], close[row]) && volume[row] >= 0;
            if (!isSane || time[row] <= previous || time[row] % MinuteMicros != 0) return false;
            previous = time[row];
        }

        return true;
    }

    private static (List<int> Rows, int Repeated, int Replaced) LastOfEachMinute(CandleColumns raw, List<int> sorted, long[] minute)
    {
        var rows = new List<int>(sorted.Count);
        int repeated = 0, replaced = 0;
        foreach (var row in sorted)
        {
            if (rows.Count > 0 && minute[rows[^1]] == minute[row])
            {
                if (HaveEqualValues(raw, rows[^1], row)) repeated++;
                else replaced++;
                rows[^1] = row;
            }
            else
            {
                rows.Add(row);
            }
        }

        return (rows, repeated, replaced);
    }

    private static bool HaveEqualValues(CandleColumns raw, int left, int right) =>
        raw.Open[left] == raw.Open[right] && raw.High[left] == raw.High[right] && raw.Low[left] == raw.Low[right]
        && raw.Close[left] == raw.Close[right] && raw.Volume[left] == raw.Volume[right];

    private static CandleColumns Take(CandleColumns raw, List<int> rows, long[] minute)
    {
        var candles = new CandleColumns(rows.Count);
        for (var at = 0; at < rows.Count; at++)
        {
            var row = rows[at];
            candles.Time[at] = minute[row];
            candles.Open[at] = raw.Open[row];
            candles.High[at] = raw.High[row];
            candles.Low[at] = raw.Low[row];
            candles.Close[at] = raw.Close[row];
            candles.Volume[at] = raw.Volume[row];
        }

        return candles;
    }

    private static bool ContainsDescent(this Span<long> values)
    {
        for (var at = 1; at < values.Length; at++)
        {
            if (values[at] < values[at - 1]) return true;
        }

        return false;
    }

    private static long Floor(long instant)
    {
        var past = instant % MinuteMicros;
        return instant - (past < 0 ? past + MinuteMicros : past);
    }
}
