using NodaTime;
using Trading.Engine.Bars;
using Trading.MarketData.Calendars;
using Trading.MarketData.Sources;

namespace Trading.MarketData.Synthetic;

/// <summary>
/// Invented minute bars of a few US equities, for demos and tests without bought data: a random walk with a common market factor, gaps
/// over night, busy opens and closes, and thin trading before and after the regular session, where minutes are missing. Every regular
/// minute has a bar. Prices are whole cents, volumes whole shares.
/// </summary>
/// <remarks>
/// A pure function of seed, symbol and dates in integer arithmetic: the same bars on every machine. Extending the range to later dates
/// leaves the earlier bars as they are. Immutable and safe for concurrent use.
/// </remarks>
public sealed class SyntheticUsEquities
{
    /// <summary>Source of these bars.</summary>
    public const string SourceName = "synthetic";

    private const long Minute = CsvDirectoryBarSource.MinuteMicros;
    private const long Cent = Instrument.Unit / 100;
    private const long Nano = 1_000_000_000;
    private const int PricesPerMinute = 5;

    // square root of the 390 × 5 steps of a regular session, in thousandths
    private const long StepsRootMilli = 44_159;
    private const long MarketDailyVolatility = 7_500_000;
    private const long MarketDailyDrift = 350_000;

    // far beyond what the walk reaches; they keep every product below 2⁶³
    private const long MinPrice = 1 * Instrument.Unit;
    private const long MaxPrice = 5_000 * Instrument.Unit;
    private const long MaxMove = Nano / 10;

    private readonly long _seed;
    private readonly UsEquityCalendar _calendar;
    private readonly CounterRandom _market;

    public SyntheticUsEquities(long seed, UsEquityCalendar calendar)
    {
        _seed = seed;
        _calendar = calendar;
        _market = new CounterRandom(seed, "market");
    }

    private enum Draw
    {
        Gap = 0,
        Presence = 1,
        Volume = 2,
        FirstPrice = 10,
    }

    /// <summary>The tickers for which there are bars, in ordinal order.</summary>
    public static IReadOnlyList<string> Symbols { get; } = [.. SyntheticEquity.All.Select(equity => equity.Symbol)];

    /// <summary>The bars of <paramref name="symbol"/> on the trading days from <paramref name="first"/> to <paramref name="last"/>, marked <c>synthetic</c>.</summary>
    /// <exception cref="ArgumentException">The symbol is none of <see cref="Symbols"/>, or the calendar does not cover the dates.</exception>
    public BarSeries Series(string symbol, LocalDate first, LocalDate last)
    {
        var bars = Bars(symbol, first, last);
        return new BarSeries(
            Instrument.Default(symbol, AssetClass.Equity),
            _calendar.All,
            Minute,
            SourceName,
            DataVersions.Adjusted,
            bars.OpenTime,
            bars.Open,
            bars.High,
            bars.Low,
            bars.Close,
            bars.Volume);
    }

    internal BarColumns Bars(string symbol, LocalDate first, LocalDate last)
    {
        var equity = SyntheticEquity.All.FirstOrDefault(candidate => candidate.Symbol == symbol)
            ?? throw new ArgumentException($"there are no synthetic bars of '{symbol}', only of {string.Join(", ", Symbols)}", nameof(symbol));
        var days = _calendar.Days(first, last);
        var minutes = 0L;
        for (var day = 0; day < days.Count; day++) minutes += (days.ExtendedClose(day) - days.ExtendedOpen(day)) / Minute;
        var walk = new Walk(this, equity, new BarColumns(checked((int)minutes)));
        for (var day = 0; day < days.Count; day++) walk.Day(days, day);
        return walk.Bars;
    }

    /// <summary>0 in the middle of a session, 1000 at its ends.</summary>
    private static long DistanceFromMiddle(long minute, long minutes) => Math.Abs((2 * minute) + 1 - minutes) * 1000 / minutes;

    /// <summary>One ticker on its way through the days.</summary>
    private sealed class Walk(SyntheticUsEquities owner, SyntheticEquity equity, BarColumns columns)
    {
        private readonly CounterRandom _own = new(owner._seed, equity.Symbol);
        private long _price = equity.StartCents * Cent;
        private int _count;

        public BarColumns Bars => columns.First(_count);

        public void Day(TradingDays days, int day)
        {
            // half of a session's variance or so happens over night
            Move(owner._market.Normal(MarketDailyVolatility / 2, days.Date(day), (int)Draw.Gap) + MarketDailyDrift, _own.Normal(equity.OwnDailyVolatility / 2, days.Date(day), (int)Draw.Gap));
            for (var time = days.ExtendedOpen(day); time < days.ExtendedClose(day); time += Minute)
            {
                if (time < days.RegularOpen(day)) ExtendedMinute(time, (time - days.ExtendedOpen(day)) / Minute, (days.RegularOpen(day) - days.ExtendedOpen(day)) / Minute);
                else if (time < days.RegularClose(day)) RegularMinute(time, (time - days.RegularOpen(day)) / Minute, (days.RegularClose(day) - days.RegularOpen(day)) / Minute);
                else ExtendedMinute(time, (days.ExtendedClose(day) - time) / Minute, (days.ExtendedClose(day) - days.RegularClose(day)) / Minute);
            }
        }

        private void RegularMinute(long time, long minute, long minutes)
        {
            var edge = DistanceFromMiddle(minute, minutes);
            var cube = edge * edge * edge / 1_000_000;
            Bar(time, volatilityPercent: 75 + (cube * 120 / 1000), volumePercent: 80 + (cube * 420 / 1000), isPresent: true);
        }

        // closeness counts minutes from the far end of the session, because trading gets busier towards the regular one
        private void ExtendedMinute(long time, long closeness, long minutes)
        {
            var near = closeness * closeness * 1000 / (minutes * minutes);
            var chancePermille = (40 + (near * 560 / 1000)) * equity.ExtendedActivityPercent / 100;
            var isPresent = _own.Below(1000, time / Minute, (int)Draw.Presence) < chancePermille;
            Bar(time, volatilityPercent: 15 + (near * 25 / 1000), volumePercent: 1 + (near * 5 / 1000), isPresent);
        }

        private void Bar(long time, long volatilityPercent, long volumePercent, bool isPresent)
        {
            var minute = time / Minute;
            var market = MarketDailyVolatility * volatilityPercent * 10 / StepsRootMilli;
            var own = equity.OwnDailyVolatility * volatilityPercent * 10 / StepsRootMilli;
            long open = 0, high = 0, low = long.MaxValue, close = 0;
            for (var step = 0; step < PricesPerMinute; step++)
            {
                var purpose = (int)Draw.FirstPrice + step;
                Move(owner._market.Normal(market, minute, purpose), _own.Normal(own, minute, purpose));
                close = (_price + (Cent / 2)) / Cent * Cent;
                if (step == 0) open = close;
                high = Math.Max(high, close);
                low = Math.Min(low, close);
            }

            if (!isPresent) return;
            columns.OpenTime[_count] = time;
            columns.Open[_count] = open;
            columns.High[_count] = high;
            columns.Low[_count] = low;
            columns.Close[_count] = close;
            columns.Volume[_count] = Shares(minute, volumePercent, Math.Abs(close - open) / (open / 100_000)) * Instrument.Unit;
            _count++;
        }

        /// <summary>Skewed around the typical volume, and more when the price moved.</summary>
        private long Shares(long minute, long percent, long movePer100000)
        {
            var bits = _own.Bits(minute, (int)Draw.Volume);
            var skewedPercent = 30 + ((long)(bits & 0xFF) * (long)((bits >> 8) & 0xFF) * 70 / 16_256);
            var movePercent = 100 + Math.Min(movePer100000, 200);
            return Math.Max(1, equity.SharesPerMinute * percent / 100 * skewedPercent / 100 * movePercent / 100);
        }

        // both moves are parts of the price in 10⁻⁹
        private void Move(long market, long own)
        {
            var step = Math.Clamp((market * equity.MarketBetaPercent / 100) + own, -MaxMove, MaxMove);
            // a thousandth of the price first, because price × step may exceed 64 bits
            var change = _price / 1000 * step / (Nano / 1000);
            _price = Math.Clamp(_price + change, MinPrice, MaxPrice);
        }
    }
}
