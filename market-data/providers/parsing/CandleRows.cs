using System.Globalization;
using Trading.Engine.Bars;
using Trading.MarketData.Candles;

namespace Trading.MarketData.Providers.Parsing;

/// <summary>
/// Collects the rows of an answer and makes columns of them: rows outside the asked time go silently (vendors round to days), rows that cannot be a
/// candle are counted with a reason (OHLCV-174), the rest is sorted and freed of repeats. Not safe for concurrent use.
/// </summary>
internal sealed class CandleRows(MinuteRequest request, TradingDays equityDays)
{
    private const long Minute = 60_000_000;
    private const int MaxReasons = 100;

    // DECIMAL(18,8): what a partition can hold
    private const long Largest = 999_999_999_999_999_999;

    private readonly List<Row> _rows = [];
    private readonly List<string> _reasons = [];
    private bool _isSorted = true;

    /// <summary>Rows seen, good or bad.</summary>
    public int Seen { get; private set; }

    /// <summary>Rows that could not be read.</summary>
    public int Dropped { get; private set; }

    /// <summary>Rows for a minute that had one already; known once <see cref="ToPage"/> has sorted them.</summary>
    public int Repeats { get; private set; }

    /// <summary>Why the first of them could not.</summary>
    public string? FirstReason => _reasons.Count > 0 ? _reasons[0] : null;

    /// <summary>Counts a row that has no readable form.</summary>
    public void Drop(string reason)
    {
        Seen++;
        Count($"row {Seen}: {reason}");
    }

    /// <summary>Takes a row.</summary>
    public void Add(in Row row)
    {
        Seen++;
        if (row.Time % Minute != 0)
        {
            Count($"row {Seen}: {Show(row.Time)} is not on a whole minute");
            return;
        }

        if (row.Time < request.Start || row.Time >= request.End || !IsWantedHour(row.Time)) return;
        if (Problem(row) is { } problem)
        {
            Count($"row {Seen}, {Show(row.Time)}: {problem}");
            return;
        }

        _isSorted &= _rows.Count == 0 || row.Time > _rows[^1].Time;
        _rows.Add(row);
    }

    /// <summary>The page of everything added.</summary>
    public MinutePage ToPage(string? continuation)
    {
        if (!_isSorted) SortWithoutRepeats();
        var columns = new CandleColumns(_rows.Count);
        for (var at = 0; at < _rows.Count; at++)
        {
            var row = _rows[at];
            (columns.Time[at], columns.Open[at], columns.High[at]) = (row.Time, row.Open, row.High);
            (columns.Low[at], columns.Close[at], columns.Volume[at]) = (row.Low, row.Close, row.Volume);
        }

        return new MinutePage(columns, _reasons, continuation) { DroppedCount = Dropped };
    }

    // equities without extended hours: the regular session of the calendar, early closes included; outside every session of the calendar the usual
    // hours, so that the checks of the store see that a vendor has candles on a day without trading (OHLCV-097)
    private bool IsWantedHour(long time)
    {
        if (request.AssetClass != AssetClass.Equity || request.ExtendedHours) return true;
        var session = equityDays.SessionAt(time);
        if (session != MarketSession.Closed) return session == MarketSession.Regular;
        var local = VendorTime.NewYorkTime(time);
        return ((local.Hour * 60) + local.Minute) is >= 570 and < 960;
    }

    private static string? Problem(in Row row)
    {
        if (row.Open <= 0 || row.High <= 0 || row.Low <= 0 || row.Close <= 0) return "a price is not above 0";
        if (row.Volume < 0) return "the volume is below 0";
        if (row.Low > Math.Min(row.Open, row.Close) || row.High < Math.Max(row.Open, row.Close)) return "open or close lies outside low to high";
        return Math.Max(row.High, row.Volume) > Largest ? "a value has more than 18 digits in units of 0.00000001" : null;
    }

    private void SortWithoutRepeats()
    {
        // of two rows for one minute the later in the answer counts; vendors send corrections after what they correct
        var sorted = _rows.Select((row, at) => (row, at)).OrderBy(entry => entry.row.Time).ThenBy(entry => entry.at).Select(entry => entry.row).ToList();
        _rows.Clear();
        foreach (var row in sorted)
        {
            if (_rows.Count == 0 || _rows[^1].Time != row.Time)
            {
                _rows.Add(row);
                continue;
            }

            Repeats++;
            if (_rows[^1] != row) Count($"{Show(row.Time)}: two different candles; the later one in the answer is kept");
            _rows[^1] = row;
        }

        _isSorted = true;
    }

    private void Count(string reason)
    {
        Dropped++;
        if (_reasons.Count < MaxReasons) _reasons.Add(reason);
    }

    private static string Show(long micros) => VendorTime.ToUtc(micros).ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);

    /// <summary>One candle; time in microseconds since 1970-01-01Z, the rest in 10⁻⁸ units.</summary>
    internal readonly record struct Row(long Time, long Open, long High, long Low, long Close, long Volume);
}
