using System.Globalization;
using Trading.Engine.Bars;
using Trading.MarketData.Candles;
using Trading.MarketData.Resampling;

namespace Trading.MarketData.Tests.Resampling;

/// <summary>Real minutes beside the project, resampled and compared with the longer candles that came with them.</summary>
public sealed class RealBarsTests
{
    [SharedDataFact]
    [Trait("req", "OHLCV-076")]
    public void Daily_crypto_candles_are_those_of_the_data_vendor_to_the_last_digit_of_the_volume()
    {
        var vendor = Read("daily/BTCUSD.csv");
        var ours = Resampler.Resample(Read("minute/BTCUSD.csv"), Timeframe.Daily, TestMarkets.Crypto);
        Assert.Equal(9, ours.Count);
        var theirs = ours.Time.Select(time => NaiveResampler.Lines(vendor.Slice(Array.BinarySearch(vendor.Time, time), 1))[0]);
        Assert.Equal(theirs, NaiveResampler.Lines(ours));
    }

    /// <remarks>
    /// The vendor's daily bars are made of more quotes than its minutes: each opens at the close before, and on some days their extremes lie up to two pips further
    /// out. Which minutes a day holds shows in its close and its date: both are the same on every day, Sundays included.
    /// </remarks>
    [SharedDataFact]
    [Trait("req", "OHLCV-076")]
    public void Daily_forex_candles_have_the_days_and_closes_of_the_data_vendor_and_stay_within_its_range()
    {
        const long TwoPips = 20_000;
        var vendor = Read("daily/EURUSD.csv");
        var ours = Resampler.Resample(Read("minute/EURUSD.csv"), Timeframe.Daily, TestMarkets.Forex);
        Assert.Equal(
            vendor.Time.Select(TestTime.Show).Where(day => string.CompareOrdinal(day, "2014-05-01") >= 0 && string.CompareOrdinal(day, "2014-05-16") < 0),
            ours.Time.Select(TestTime.Show).Where(day => day.StartsWith("2014", StringComparison.Ordinal)));
        for (var row = 0; row < ours.Count; row++)
        {
            var at = Array.BinarySearch(vendor.Time, ours.Time[row]);
            Assert.Equal(vendor.Close[at], ours.Close[row]);
            Assert.Equal(vendor.Close[at - 1], vendor.Open[at]);
            Assert.InRange(ours.High[row], vendor.High[at] - TwoPips, vendor.High[at]);
            Assert.InRange(ours.Low[row], vendor.Low[at], vendor.Low[at] + TwoPips);
        }
    }

    [SharedDataFact]
    public void Every_real_series_resamples_as_grouping_its_minutes_one_by_one()
    {
        foreach (var (file, assetClass) in new[] { ("BTCUSD", AssetClass.Crypto), ("ETHUSD", AssetClass.Crypto), ("EURUSD", AssetClass.Forex), ("NZDUSD", AssetClass.Forex) })
        {
            var rules = TestMarkets.Default(assetClass);
            var minutes = Read($"minute/{file}.csv");
            foreach (var target in Timeframes.All)
            {
                Assert.Equal(NaiveResampler.Resample(minutes, target, assetClass, rules.Days), NaiveResampler.Lines(Resampler.Resample(minutes, target, rules)));
            }
        }
    }

    private static CandleColumns Read(string file)
    {
        var lines = File.ReadAllLines(Path.Combine(SharedData.Directory!, file));
        var candles = new CandleColumns(lines.Length - 1);
        for (var row = 0; row < candles.Count; row++)
        {
            var cells = lines[row + 1].Split(',');
            candles.Time[row] = (DateTimeOffset.Parse(cells[0], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) - DateTimeOffset.UnixEpoch).Ticks / 10;
            long[][] columns = [candles.Open, candles.High, candles.Low, candles.Close, candles.Volume];
            for (var column = 0; column < columns.Length; column++)
            {
                Assert.Equal(NumberReading.Exact, CandleNumber.TryRead(cells[column + 1], out columns[column][row]));
            }
        }

        return candles;
    }
}
