using Trading.Engine.Bars;
using Trading.Engine.Configuration;

namespace Trading.Engine.Tests.Twin;

/// <summary>Random bars of one to three symbols over a few short trading days, with everything that real data throws at an engine.</summary>
public sealed class BarWorkload
{
    private const long DayMicros = 86_400_000_000;
    private const long HourMicros = DayMicros / 24;

    private readonly Random _random;
    private readonly int _firstDate;
    private readonly List<long> _slots = [];
    private readonly List<(long ExtendedOpen, long Open, long Close, long ExtendedClose)> _days = [];

    public BarWorkload(Random random)
    {
        _random = random;
        BarMicros = Pick(60_000_000, 60_000_000, 1_000_000, 300_000_000);
        // dates around the changes of the fee tables
        _firstDate = Pick(19_863, 20_221, 20_546, 20_817, 18_000);
        MakeDays();
        Series = [.. Enumerable.Range(0, _random.Next(1, 4)).Select(MakeSeries)];
    }

    public long BarMicros { get; }

    public IReadOnlyList<BarSeries> Series { get; }

    /// <summary>First and last instant that a bar may open at.</summary>
    public (long First, long Last) Range => (_slots[0], _slots[^1]);

    /// <summary>The instants at which a tick may happen, for choosing prices: the run's own clock decides.</summary>
    public List<long> ClockOf(SimulationConfig config) =>
    [
        .. Series.SelectMany(one => Enumerable.Range(0, one.Count)
            .Where(bar => one.OpenTime[bar] >= config.Start && one.OpenTime[bar] < config.End
                && (one.Session[bar] == MarketSession.Regular || (config.ExtendedHours && one.Session[bar] != MarketSession.Closed)))
            .Select(bar => one.OpenTime[bar])).Distinct().Order(),
    ];

    /// <summary>A price that the symbol shows around an instant.</summary>
    public long PriceNear(int symbol, long time)
    {
        var one = Series[symbol];
        var bar = Math.Clamp(one.FirstAtOrAfter(time) + _random.Next(-1, 3), 0, one.Count - 1);
        return Pick(one.Open[bar], one.High[bar], one.Low[bar], one.Close[bar]);
    }

    private bool One(int outOf) => _random.Next(outOf) == 0;

    private T Pick<T>(params T[] values) => values[_random.Next(values.Length)];

    private void MakeDays()
    {
        var days = _random.Next(1, 5);
        for (var day = 0; day < days; day++)
        {
            var open = ((_firstDate + day) * DayMicros) + (14 * HourMicros);
            var regular = One(4) ? _random.Next(1, 4) : _random.Next(4, 11);
            var (before, after) = (_random.Next(0, 4), _random.Next(0, 4));
            _days.Add((open - (before * BarMicros), open, open + (regular * BarMicros), open + ((regular + after) * BarMicros)));
            for (var slot = -before - 1; slot <= regular + after; slot++) _slots.Add(open + (slot * BarMicros));
        }
    }

    private BarSeries MakeSeries(int index)
    {
        var market = Pick(AssetClass.Equity, AssetClass.Equity, AssetClass.Crypto, AssetClass.Forex);
        var instrument = RandomInstrument($"S{index}", market);
        var times = Times(market);
        var (open, high, low, close, volume) = (new long[times.Length], new long[times.Length], new long[times.Length], new long[times.Length], new long[times.Length]);
        // prices around the change of the step, everyday ones, and very large and very small ones
        var last = Pick(2, 3, 95, 101, 10_000, 10_000, 250_000, 6_000_000) * 1_000_000L;
        if (One(12)) last = instrument.PriceStepBelowOne * Pick(1, 7, 1234);
        if (One(12)) last = Pick(9_000_000_000_000_000, 50_000_000_000_000) / instrument.PriceStep * instrument.PriceStep;
        var scale = One(8) ? Pick(1000, 1_000_000) : 1;
        for (var bar = 0; bar < times.Length; bar++)
        {
            FillBar(instrument, last, bar, open, high, low, close);
            last = close[bar];
            volume[bar] = One(10) ? 0 : _random.Next(1, Pick(50, 300, 5000)) * Instrument.Unit * scale;
        }

        return new BarSeries(instrument, Table(market), BarMicros, "synthetic", "raw", times, open, high, low, close, volume);
    }

    private Instrument RandomInstrument(string symbol, AssetClass market)
    {
        if (!One(5)) return Instrument.Default(symbol, market);
        var step = Pick(1, 1000, 25_000_000);
        return new Instrument(symbol, market, step, Pick(1, step), Pick(1, 1_000_000, Instrument.Unit, 100 * Instrument.Unit));
    }

    private long[] Times(AssetClass market)
    {
        var missing = Pick(1000, 20, 4);
        var times = _slots.Where(_ => !One(missing)).ToArray();
        if (times.Length == 0) times = [_slots[0]];
        // an equity always has a regular bar, so that the range holds one
        var first = _days[0].Open;
        return market == AssetClass.Equity && !times.Contains(first) ? [.. times.Append(first).Order()] : times;
    }

    private TradingDays Table(AssetClass market)
    {
        var count = _days.Count > 1 && One(10) ? _days.Count - 1 : _days.Count + 1;
        var date = Enumerable.Range(_firstDate, count).ToArray();
        if (market != AssetClass.Equity)
        {
            var midnight = date.Select(day => day * DayMicros).ToArray();
            var next = midnight.Select(day => day + DayMicros).ToArray();
            return new TradingDays("crypto", "1", date, midnight, midnight, next, next);
        }

        var days = _days.Append((((_firstDate + _days.Count) * DayMicros) + HourMicros, ((_firstDate + _days.Count) * DayMicros) + (2 * HourMicros),
            ((_firstDate + _days.Count) * DayMicros) + (3 * HourMicros), ((_firstDate + _days.Count) * DayMicros) + (4 * HourMicros))).Take(count).ToArray();
        return new TradingDays("us_equity", "1", date, [.. days.Select(day => day.Item1)], [.. days.Select(day => day.Item2)], [.. days.Select(day => day.Item3)],
            [.. days.Select(day => day.Item4)]);
    }

    private void FillBar(Instrument instrument, long last, int bar, long[] open, long[] high, long[] low, long[] close)
    {
        var step = instrument.StepAt(last);
        var range = One(20) ? last / 3 / step : One(3) ? 3 : Math.Max(2, last / 500 / step);
        var offStep = One(12) ? _random.Next((int)Math.Min(step, 1000)) : 0;
        long Price(long from, long span) => Math.Max(step, from - (from % step) + (_random.NextInt64(-span, span + 1) * step)) + offStep;
        open[bar] = One(8) ? Price(last, range * 3) : One(3) ? last : Price(last, 2);
        if (One(10))
        {
            high[bar] = low[bar] = close[bar] = open[bar];
            return;
        }

        close[bar] = Price(open[bar], range);
        high[bar] = Math.Max(Math.Max(open[bar], close[bar]), One(3) ? 0 : Price(open[bar], range));
        low[bar] = Math.Min(Math.Min(open[bar], close[bar]), One(3) ? long.MaxValue : Price(open[bar], range));
    }
}
