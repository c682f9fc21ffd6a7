namespace Trading.Engine.Bars;

/// <summary>
/// All bars of one symbol from one source as immutable columns, shared by every simulation in the process.
/// A bar is labelled with its open time and covers [t, t + <see cref="BarMicros"/>) (EXEC-001).
/// </summary>
/// <remarks>
/// Prices and volume are in 10⁻⁸ units, times in microseconds since 1970-01-01T00:00:00Z, sorted strictly ascending.
/// Safe for concurrent readers; nobody writes to the columns after construction.
/// </remarks>
public sealed class BarSeries
{
    private readonly SourceSpan[]? _sources;

    /// <exception cref="ArgumentException">The columns differ in length, times do not rise strictly, or a bar's prices contradict each other
    /// (low ≤ open, close ≤ high and 0 &lt; low must hold, volume ≥ 0), or <paramref name="sources"/> are out of order.</exception>
    /// <param name="instrument">The symbol.</param>
    /// <param name="days">The trading days of its market.</param>
    /// <param name="barMicros">Length of a bar in microseconds.</param>
    /// <param name="source">Where the bars come from, for all of them; see <see cref="SourceIn"/>.</param>
    /// <param name="dataVersion"><c>adjusted</c>, <c>split</c> or <c>raw</c>.</param>
    /// <param name="openTime">Open times.</param>
    /// <param name="open">Opens.</param>
    /// <param name="high">Highs.</param>
    /// <param name="low">Lows.</param>
    /// <param name="close">Closes.</param>
    /// <param name="volume">Volumes.</param>
    /// <param name="sources">Where each stretch of bars comes from, by first bar, the first one at bar 0; null when one source has them all.</param>
    public BarSeries(Instrument instrument, TradingDays days, long barMicros, string source, string dataVersion,
        long[] openTime, long[] open, long[] high, long[] low, long[] close, long[] volume, IReadOnlyList<SourceSpan>? sources = null)
    {
        Instrument = instrument;
        Days = days;
        BarMicros = barMicros;
        Source = source;
        DataVersion = dataVersion;
        OpenTime = openTime;
        Open = open;
        High = high;
        Low = low;
        Close = close;
        Volume = volume;
        Session = new MarketSession[openTime.Length];
        Day = new int[openTime.Length];
        _sources = sources is { Count: > 1 } ? [.. sources] : null;
        CheckSources();
        CheckAndClassify();
    }

    public Instrument Instrument { get; }

    public TradingDays Days { get; }

    /// <summary>Length of a bar in microseconds; a minute is 60,000,000.</summary>
    public long BarMicros { get; }

    /// <summary>Where the bars come from, e.g. <c>csv</c>, <c>synthetic</c>, <c>polygon</c>; several names in ordinal order, joined by <c>+</c>.</summary>
    public string Source { get; }

    /// <summary><c>adjusted</c>, <c>split</c> or <c>raw</c>.</summary>
    public string DataVersion { get; }

    public int Count => OpenTime.Length;

#pragma warning disable CA1819 // the hot loop indexes the columns directly; they are immutable by contract
    public long[] OpenTime { get; }

    public long[] Open { get; }

    public long[] High { get; }

    public long[] Low { get; }

    public long[] Close { get; }

    public long[] Volume { get; }

    /// <summary>Market session of each bar by its open time; <see cref="MarketSession.Closed"/> bars are never used.</summary>
    public MarketSession[] Session { get; }

    /// <summary>Index into <see cref="Days"/> of each bar; −1 for a bar before the first day.</summary>
    public int[] Day { get; }
#pragma warning restore CA1819

    /// <summary>Index of the first bar that opens at or after <paramref name="instant"/>; <see cref="Count"/> when there is none.</summary>
    public int FirstAtOrAfter(long instant)
    {
        var found = Array.BinarySearch(OpenTime, instant);
        return found >= 0 ? found : ~found;
    }

    /// <summary>
    /// Where the bars that open in [<paramref name="start"/>, <paramref name="end"/>) come from, so that what a run says about its data does not depend on
    /// which other bars lie beside them. Without such bars, or with one source for all, it is <see cref="Source"/>.
    /// </summary>
    public string SourceIn(long start, long end)
    {
        if (_sources is null) return Source;
        var (first, last) = (FirstAtOrAfter(start), FirstAtOrAfter(end) - 1);
        if (last < first) return Source;
        var names = new SortedSet<string>(StringComparer.Ordinal);
        for (var span = 0; span < _sources.Length; span++)
        {
            var lastOfSpan = span + 1 < _sources.Length ? _sources[span + 1].FirstBar - 1 : Count - 1;
            if (_sources[span].FirstBar <= last && lastOfSpan >= first) names.Add(_sources[span].Source);
        }

        return string.Join('+', names);
    }

    private void CheckSources()
    {
        if (_sources is null) return;
        var ordered = _sources[0].FirstBar == 0 && _sources[^1].FirstBar < Count;
        for (var span = 1; span < _sources.Length; span++) ordered &= _sources[span].FirstBar > _sources[span - 1].FirstBar;
        if (!ordered) throw new ArgumentException($"{Instrument.Symbol}: the sources of the bars are out of order");
    }

    private void CheckAndClassify()
    {
        var count = OpenTime.Length;
        if (Open.Length != count || High.Length != count || Low.Length != count || Close.Length != count || Volume.Length != count)
        {
            throw new ArgumentException($"{Instrument.Symbol}: the bar columns differ in length");
        }

        // both bars and days rise, so the day of a bar is found by walking on from that of the bar before
        var day = count == 0 ? -1 : Days.DayAtOrBefore(OpenTime[0]);
        for (var bar = 0; bar < count; bar++)
        {
            if (bar > 0 && OpenTime[bar] <= OpenTime[bar - 1]) throw new ArgumentException($"{Instrument.Symbol}: bar {bar} does not open after the bar before it");
            var sane = Low[bar] > 0 && Low[bar] <= Open[bar] && Low[bar] <= Close[bar] && High[bar] >= Open[bar] && High[bar] >= Close[bar] && Volume[bar] >= 0;
            if (!sane) throw new ArgumentException($"{Instrument.Symbol}: the prices of bar {bar} contradict each other");
            while (day + 1 < Days.Count && Days.ExtendedOpen(day + 1) <= OpenTime[bar]) day++;
            Session[bar] = Days.SessionOn(day, OpenTime[bar]);
            Day[bar] = day;
        }
    }
}
