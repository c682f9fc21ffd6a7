using Trading.Engine.Bars;
using Trading.MarketData.Instruments;

namespace Trading.MarketData.Tests.Instruments;

public sealed class InstrumentTableTests
{
    private static readonly InstrumentTable Table = new();

    [Theory]
    [Trait("req", "EXEC-034")]
    // symbol | class | step from 1 on | step below 1 | lot, all in 10^-8 units
    [InlineData("AAPL", AssetClass.Equity, 1_000_000, 10_000, 100_000_000)]
    [InlineData("BRK.B", AssetClass.Equity, 1_000_000, 10_000, 100_000_000)]
    [InlineData("EURUSD", AssetClass.Forex, 1_000, 1_000, 100_000_000)]
    [InlineData("NZDUSD", AssetClass.Forex, 1_000, 1_000, 100_000_000)]
    [InlineData("USDJPY", AssetClass.Forex, 1_000, 1_000, 100_000_000)]
    [InlineData("BTCUSD", AssetClass.Crypto, 1_000_000, 1_000_000, 1)]
    [InlineData("ETHUSD", AssetClass.Crypto, 1_000_000, 1_000_000, 1)]
    [InlineData("BTCEUR", AssetClass.Crypto, 1_000_000, 1_000_000, 1)]
    [InlineData("SOLUSDT", AssetClass.Crypto, 1_000_000, 1_000_000, 1)]
    [InlineData("DOGEUSD", AssetClass.Crypto, 1_000_000, 1_000, 1)]
    [InlineData("USDUSD", AssetClass.Equity, 1_000_000, 10_000, 100_000_000)]
    [InlineData("EURUS", AssetClass.Equity, 1_000_000, 10_000, 100_000_000)]
    [InlineData("QQQUSD", AssetClass.Equity, 1_000_000, 10_000, 100_000_000)]
    public void A_name_implies_market_steps_and_lot(string symbol, AssetClass assetClass, long step, long stepBelowOne, long lot)
    {
        Assert.Equal(new Instrument(symbol, assetClass, step, stepBelowOne, lot), Table[symbol]);
    }

    [Fact]
    [Trait("req", "EXEC-034")]
    public void The_file_overrides_what_the_name_implies()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("instruments.csv", "symbol,asset_class,price_step,lot\nBTCUSD,crypto,0.5,0.001\nEURUSD,equity,,\nAAPL,equity,,0.00000001\n");
        var table = InstrumentTable.Load(directory.Path);
        Assert.Equal(new Instrument("BTCUSD", AssetClass.Crypto, 50_000_000, 50_000_000, 100_000), table["BTCUSD"]);
        Assert.Equal(Instrument.Default("EURUSD", AssetClass.Equity), table["EURUSD"]);
        Assert.Equal(Instrument.Default("AAPL", AssetClass.Equity) with { Lot = 1 }, table["AAPL"]);
        Assert.Equal(AssetClass.Forex, table["GBPUSD"].AssetClass);
    }

    [Fact]
    public void Without_a_file_there_are_no_overrides()
    {
        using var directory = new TemporaryDirectory();
        Assert.Equal(AssetClass.Crypto, InstrumentTable.Load(directory.Path)["BTCUSD"].AssetClass);
    }

    [Theory]
    [InlineData("instruments.csv line 1: ''", "")]
    [InlineData("instruments.csv line 1: 'symbol,class'", "symbol,class")]
    [InlineData("line 2: 'A,equity'", "symbol,asset_class,price_step,lot", "A,equity")]
    [InlineData("line 2: 'a'", "symbol,asset_class,price_step,lot", "a,equity,,")]
    [InlineData("line 2: 'bond'", "symbol,asset_class,price_step,lot", "A,bond,,")]
    [InlineData("line 2: '-1'", "symbol,asset_class,price_step,lot", "A,equity,-1,")]
    [InlineData("line 2: '0'", "symbol,asset_class,price_step,lot", "A,equity,,0")]
    [InlineData("line 2: '0.000000001'", "symbol,asset_class,price_step,lot", "A,equity,,0.000000001")]
    [InlineData("line 2: '1e3'", "symbol,asset_class,price_step,lot", "A,equity,1e3,")]
    [InlineData("line 3: 'A'", "symbol,asset_class,price_step,lot", "A,equity,,", "A,crypto,,")]
    public void A_malformed_table_is_refused_with_line_and_value(string expected, params string[] lines)
    {
        Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => InstrumentTable.Parse(lines)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("../AAPL")]
    [InlineData("aapl")]
    public void A_malformed_symbol_has_no_instrument(string symbol)
    {
        Assert.Throws<ArgumentException>(() => Table[symbol]);
    }
}
