using System.Globalization;
using Trading.Engine.Bars;
using Trading.MarketData.Calendars;
using Trading.MarketData.Candles;
using Trading.MarketData.Markets;
using Trading.MarketData.Resampling;
using Trading.MarketData.Validation;

namespace Trading.Bench.Data;

/// <summary>
/// One million one-minute candles to 5 minutes, 1 hour and 1 day on one core, in exact 64-bit integers, beside pandas on the same candles as float64; the
/// results are compared. Then US equities, whose intervals follow the session of each date, with and without missing minutes, and the completeness analysis.
/// <code>
/// columns ─┬─ Resampler: cut by trading day, fold five columns
///          └─ pandas: DataFrame.resample(rule).agg(first, max, min, last, sum)
/// </code>
/// </summary>
internal static class ResampleBench
{
    private const int Rows = 1_000_000;
    private const int Rounds = 31;
    private const long Minute = 60_000_000;
    private static readonly Timeframe[] Targets = [Timeframe.FiveMinutes, Timeframe.OneHour, Timeframe.Daily];

    public static void Run(TextWriter output)
    {
        var calendars = new TradingCalendars();
        var crypto = new MarketRules(AssetClass.Crypto, calendars.Crypto.All, new());
        var equity = new MarketRules(AssetClass.Equity, calendars.UsEquity.All, new());
        var continuous = Candles(crypto, missing: 0);
        var sessions = Candles(equity, missing: 0);
        var holes = Candles(equity, missing: 0.2);
        WarmUp(continuous, crypto, sessions, holes, equity);

        output.WriteLine($"{Rows:N0} one-minute candles around the clock");
        var peer = PandasPeer.Run(continuous, rounds: 7, output);
        foreach (var target in Targets)
        {
            var seconds = Median(() => Resampler.Resample(continuous, target, crypto).Count);
            Write(output, $"to {target.Name()}", seconds);
            if (peer is { } pandas) Compare(output, pandas.Version, pandas.Results[target], seconds, target, Resampler.Resample(continuous, target, crypto));
        }

        output.WriteLine($"{Rows:N0} one-minute candles of US equity sessions");
        foreach (var target in Targets)
        {
            Write(output, $"to {target.Name()}, complete days", Median(() => Resampler.Resample(sessions, target, equity).Count));
            Write(output, $"to {target.Name()}, every fifth minute missing", Median(() => Resampler.Resample(holes, target, equity).Count));
        }

        var (first, last) = (equity.DayOf(sessions.Time[0]), equity.DayOf(sessions.Time[^1]));
        Write(output, "completeness analysis, complete days", Median(() => DayValidator.ValidateRange(first, last, sessions, equity).Count));
        last = equity.DayOf(holes.Time[^1]);
        Write(output, "completeness analysis, every fifth minute missing", Median(() => DayValidator.ValidateRange(first, last, holes, equity).Count));
    }

    private static void Compare(TextWriter output, string version, PandasResult pandas, double seconds, Timeframe target, CandleColumns ours)
    {
        Write(output, $"   {version}", pandas.Seconds);
        long[][] columns = [ours.Open, ours.High, ours.Low, ours.Close, ours.Volume];
        for (var column = 0; column < columns.Length; column++)
        {
            var sum = (double)columns[column].Aggregate(Int128.Zero, (total, value) => total + value) / Instrument.Unit;
            if (Math.Abs(sum - pandas.Sums[column]) > 1e-9 * Math.Abs(sum)) throw new InvalidOperationException($"{target.Name()}: column {column} adds up to {sum}, with pandas to {pandas.Sums[column]}");
        }

        if (ours.Count != pandas.Candles) throw new InvalidOperationException($"{target.Name()}: {ours.Count} candles, with pandas {pandas.Candles}");
        Medians.AtLeast(output, $"rows/s to {target.Name()} over those of pandas, equal results", pandas.Seconds / seconds, 2);
    }

    private static void Write(TextWriter output, string what, double seconds) =>
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {what,-52} {Rows / seconds / 1e6,9:F1} M rows/s {seconds * 1e3,9:F2} ms"));

    private static void WarmUp(CandleColumns continuous, MarketRules crypto, CandleColumns sessions, CandleColumns holes, MarketRules equity)
    {
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var target in Targets)
            {
                Resampler.Resample(continuous, target, crypto);
                Resampler.Resample(sessions, target, equity);
                Resampler.Resample(holes, target, equity);
            }

            DayValidator.ValidateRange(equity.DayOf(holes.Time[0]), equity.DayOf(holes.Time[^1]), holes, equity);
            DayValidator.ValidateRange(equity.DayOf(sessions.Time[0]), equity.DayOf(sessions.Time[^1]), sessions, equity);
        }

        Thread.Sleep(200);
    }

    /// <summary>Processor time of this thread, as the peer's is its own.</summary>
    private static double Median(Func<int> work)
    {
        var seconds = new double[Rounds];
        for (var round = 0; round < Rounds; round++)
        {
            var start = ThreadClock.Seconds;
            work();
            seconds[round] = ThreadClock.Seconds - start;
        }

        return Medians.Of(seconds);
    }

    private static CandleColumns Candles(MarketRules rules, double missing)
    {
        var random = new Random(1);
        var candles = new CandleColumns(Rows);
        var price = 100 * Instrument.Unit;
        var row = 0;
        for (var day = rules.FirstIndexFrom(new(2010, 1, 1)); row < Rows; day++)
        {
            for (var time = rules.Days.RegularOpen(day); time < rules.Days.RegularClose(day) && row < Rows; time += Minute)
            {
                if (missing > 0 && random.NextDouble() < missing) continue;
                candles.Time[row] = time;
                candles.Open[row] = price;
                price = Math.Max(Instrument.Unit, price + random.Next(-10_000_000, 10_000_001));
                candles.Close[row] = price;
                candles.High[row] = Math.Max(candles.Open[row], price) + random.Next(5_000_000);
                candles.Low[row] = Math.Min(candles.Open[row], price) - random.Next(5_000_000);
                candles.Volume[row] = random.Next(1_000_000) * Instrument.Unit;
                row++;
            }
        }

        return candles;
    }
}
