using NodaTime;
using Trading.Engine.Bars;
using Trading.MarketData.Candles;
using Trading.MarketData.Settings;

namespace Trading.MarketData.Markets;

/// <summary>What storing, counting and resampling need to know of a market (OHLCV-084). Immutable and safe for concurrent use.</summary>
public sealed class MarketRules
{
    private const long MinuteMicros = 60_000_000;
    private const long DayMicros = 86_400_000_000;
    private static readonly int UnixDay = new DateOnly(1970, 1, 1).DayNumber;
    private static readonly LocalTime NewYorkClose = new(17, 0);
    private static readonly LocalTime EquityClose = new(16, 0);
    private readonly DateTimeZone _newYork = DateTimeZoneProviders.Tzdb["America/New_York"];
    private readonly DateTimeZone _zone;
    private readonly IntervalAnchor _minuteAnchor;
    private readonly IntervalAnchor _hourAnchor;
    private readonly bool _daysTurnAtNewYorkClose;

    /// <param name="assetClass">The market.</param>
    /// <param name="days">Its trading days.</param>
    /// <param name="settings">Its settings.</param>
    /// <exception cref="ArgumentException">A setting is wrong; the message names it, its value and the rule.</exception>
    public MarketRules(AssetClass assetClass, TradingDays days, AssetClassSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (AssetClassRules.Problems(assetClass, settings) is [var problem, ..]) throw new ArgumentException(problem, nameof(settings));
        AssetClass = assetClass;
        Days = days;
        ExtendedHours = settings.ExtendedHours;
        _zone = assetClass == AssetClass.Equity ? _newYork : DateTimeZone.Utc;
        _minuteAnchor = AssetClassRules.MinuteAnchor(assetClass, settings);
        _hourAnchor = AssetClassRules.HourAnchor(assetClass, settings);
        _daysTurnAtNewYorkClose = settings.DailyBoundary == AssetClassRules.NewYorkCloseBoundary;
    }

    public AssetClass AssetClass { get; }

    /// <summary>The trading days from 1990 to 2050.</summary>
    public TradingDays Days { get; }

    /// <summary>Whether extended-hours minutes are stored and enter longer candles (OHLCV-075). Completeness counts regular hours only.</summary>
    public bool ExtendedHours { get; }

    /// <summary>Whether a daily candle needs minutes of the trading day before its own: with extended hours it begins at the close before, a forex day may begin at 17:00 New York.</summary>
    public bool DailyReachesBack => ExtendedHours || _daysTurnAtNewYorkClose;

    /// <summary>The date that an instant (microseconds since 1970-01-01Z) belongs to: New York's for US equities, UTC's otherwise (OHLCV-032), trading day or not.</summary>
    public DateOnly DayOf(long instant)
    {
        var offset = AssetClass == AssetClass.Equity ? _zone.GetUtcOffset(Instant.FromUnixTimeTicks(instant * 10)).Ticks / 10 : 0;
        var local = instant + offset;
        var day = local / DayMicros;
        return DateOfDay((int)(local < day * DayMicros ? day - 1 : day));
    }

    /// <summary>First instant of a date in the market's zone, and first instant after it, in microseconds since 1970-01-01Z.</summary>
    public (long Start, long End) BoundsOf(DateOnly date)
    {
        var local = new LocalDate(date.Year, date.Month, date.Day);
        return (StartOf(local), StartOf(local.PlusDays(1)));
    }

    /// <summary>Index into <see cref="Days"/> of a date; −1 when it is no trading day.</summary>
    public int IndexOf(DateOnly date)
    {
        var index = FirstIndexFrom(date);
        return index < Days.Count && Days.Date(index) == DayNumber(date) ? index : -1;
    }

    /// <summary>Index of the first trading day on or after a date; the number of days when there is none.</summary>
    public int FirstIndexFrom(DateOnly date)
    {
        var wanted = DayNumber(date);
        int low = 0, high = Days.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Days.Date(middle) < wanted) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    /// <summary>The date of a trading day.</summary>
    public DateOnly DateAt(int index) => DateOfDay(Days.Date(index));

    /// <summary>Minutes of the regular session, which is what a complete day holds: 390, 210 on a half day, 1440 for crypto, the open minutes of the UTC day for forex (OHLCV-094, OHLCV-098).</summary>
    public int ExpectedMinutes(int index) => (int)((Days.RegularClose(index) - Days.RegularOpen(index)) / MinuteMicros);

    /// <summary>Whether the exchange closes early on a trading day (before 16:00 New York); never for crypto and forex.</summary>
    public bool IsHalfDay(int index) => AssetClass == AssetClass.Equity && Days.RegularClose(index) < InNewYork(Days.Date(index), EquityClose);

    /// <summary>Days since 1970-01-01.</summary>
    public static int DayNumber(DateOnly date) => date.DayNumber - UnixDay;

    /// <summary>The date that lies <paramref name="day"/> days after 1970-01-01.</summary>
    public static DateOnly DateOfDay(int day) => DateOnly.FromDayNumber(UnixDay + day);

    /// <summary>Puts the parts of a trading day, in order, into <paramref name="parts"/> (room for three) and returns how many there are.</summary>
    internal int PartsOf(int index, Timeframe target, Span<SessionPart> parts)
    {
        if (target == Timeframe.Daily) return DailyParts(index, parts);
        var anchor = target < Timeframe.OneHour ? _minuteAnchor : _hourAnchor;
        return anchor.IsSessionOpen ? PartsFromOpen(index, target, parts) : PartsFromClock(index, target, anchor, parts);
    }

    private int PartsFromOpen(int index, Timeframe target, Span<SessionPart> parts)
    {
        var count = 0;
        if (ExtendedHours) Add(Days.ExtendedOpen(index), Days.RegularOpen(index), parts);
        Add(Days.RegularOpen(index), Days.RegularClose(index), parts);
        if (ExtendedHours) Add(Days.RegularClose(index), Days.ExtendedClose(index), parts);
        return count;

        void Add(long from, long to, Span<SessionPart> list)
        {
            if (from < to) list[count++] = new(Days.Date(index), from, to, from, target.Minutes() * MinuteMicros, from);
        }
    }

    private int PartsFromClock(int index, Timeframe target, IntervalAnchor anchor, Span<SessionPart> parts)
    {
        var date = Days.Date(index);
        var (from, to) = ExtendedHours ? (Days.ExtendedOpen(index), Days.ExtendedClose(index)) : (Days.RegularOpen(index), Days.RegularClose(index));
        parts[0] = new(date, from, to, anchor.On(date, from), target.Minutes() * MinuteMicros, AssetClass == AssetClass.Equity ? InNewYork(date, LocalTime.Midnight) : date * DayMicros);
        return 1;
    }

    /// <summary>The candle of a trading day, and of the next one what lies in this day: after-hours belong to the candle that ends at the next close (OHLCV-073).</summary>
    private int DailyParts(int index, Span<SessionPart> parts)
    {
        var (open, close) = ExtendedHours ? (Days.ExtendedOpen(index), Days.ExtendedClose(index)) : (Days.RegularOpen(index), Days.RegularClose(index));
        var turn = TurnOf(index);
        var count = 0;
        if (open < turn) parts[count++] = WholeDay(index, open, Math.Min(turn, close));
        if (turn < close && index + 1 < Days.Count) parts[count++] = WholeDay(index + 1, Math.Max(turn, open), close);
        return count;
    }

    private long TurnOf(int index)
    {
        if (AssetClass == AssetClass.Equity) return Days.RegularClose(index);
        return _daysTurnAtNewYorkClose ? InNewYork(Days.Date(index), NewYorkClose) : Days.RegularClose(index);
    }

    private SessionPart WholeDay(int index, long from, long to)
    {
        var stamp = AssetClass == AssetClass.Equity ? Days.RegularOpen(index) : Days.Date(index) * DayMicros;
        return new(Days.Date(index), from, to, stamp, 0, stamp);
    }

    private long InNewYork(int date, LocalTime time)
    {
        var day = DateOfDay(date);
        return new LocalDate(day.Year, day.Month, day.Day).At(time).InZoneStrictly(_newYork).ToInstant().ToUnixTimeTicks() / 10;
    }

    private long StartOf(LocalDate date) => date.AtStartOfDayInZone(_zone).ToInstant().ToUnixTimeTicks() / 10;
}
