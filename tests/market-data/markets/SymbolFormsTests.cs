using Trading.Engine.Bars;
using Trading.MarketData.Calendars;
using Trading.MarketData.Instruments;
using Trading.MarketData.Markets;
using Trading.MarketData.Settings;

namespace Trading.MarketData.Tests.Markets;

public sealed class SymbolFormsTests
{
    [Theory]
    [Trait("req", "OHLCV-059")]
    [InlineData("GBPUSD", "GBPUSD")]
    [InlineData("GBP/USD", "GBPUSD")]
    [InlineData("gbp/usd", "GBPUSD")]
    [InlineData("GBP%2FUSD", "GBPUSD")]
    [InlineData("gbp%2fusd", "GBPUSD")]
    [InlineData("BTC-USD", "BTC-USD")]
    [InlineData("btc-usdt", "BTC-USDT")]
    [InlineData("BTC/USDT", "BTCUSDT")]
    [InlineData(" aapl ", "AAPL")]
    [InlineData("brk.b", "BRK.B")]
    [InlineData("BRK-B", "BRK-B")]
    public void Every_form_of_a_symbol_has_one_canonical_form(string asked, string expected)
    {
        Assert.True(SymbolName.TryCanonical(asked, out var canonical, out var problem), problem);
        Assert.Equal(expected, canonical);
        Assert.True(SymbolName.TryCanonical(canonical, out var again, out _));
        Assert.Equal(canonical, again);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("..")]
    [InlineData("../AAPL")]
    [InlineData("%2e%2e%2fAAPL")]
    [InlineData("..%252fAAPL")]
    [InlineData("AAPL%00")]
    [InlineData("/etc/passwd")]
    [InlineData("A/USD")]
    [InlineData("GBP//USD")]
    [InlineData("GBP/USD/EUR")]
    [InlineData("GBP/USD/")]
    [InlineData("BRK/B")] // not BRKB, which would be another company
    [InlineData("AAPL\\X")]
    [InlineData("AAPL:X")]
    [InlineData("C:")]
    [InlineData("A\u0131B")] // the dotless i is no I
    [InlineData("\uff21\uff21\uff30\uff2c")]
    [InlineData("-AAPL")]
    [InlineData("BTC--USD")]
    [InlineData("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456")]
    public void What_is_no_symbol_is_refused_with_a_reason(string? asked)
    {
        Assert.False(SymbolName.TryCanonical(asked, out var canonical, out var problem));
        Assert.Equal("", canonical);
        Assert.NotEmpty(problem!);
    }

    [Fact]
    public void Whatever_comes_in_the_canonical_form_never_leads_out_of_a_folder()
    {
        var random = new Random(59);
        const string Alphabet = "aZ9./\\-_%2eEfF:~ \0\u0131";
        for (var round = 0; round < 50_000; round++)
        {
            var text = string.Create(random.Next(0, 12), random, (span, source) =>
            {
                for (var at = 0; at < span.Length; at++) span[at] = Alphabet[source.Next(Alphabet.Length)];
            });
            if (!SymbolName.TryCanonical(text, out var canonical, out _)) continue;
            Assert.True(SymbolName.IsValid(canonical, out _), text);
            Assert.Equal("/store", Path.GetDirectoryName(Path.GetFullPath(Path.Combine("/store", canonical))));
        }
    }

    [Theory]
    [Trait("req", "OHLCV-083")]
    [InlineData("AAPL", AssetClass.Equity)]
    [InlineData("BRK-B", AssetClass.Equity)]
    [InlineData("BRK.B", AssetClass.Equity)]
    [InlineData("FOO-BAR", AssetClass.Equity)]
    [InlineData("BTC-USD", AssetClass.Crypto)]
    [InlineData("ETH-USDT", AssetClass.Crypto)]
    [InlineData("NEWCOIN-USDC", AssetClass.Crypto)]
    [InlineData("SOL-BTC", AssetClass.Crypto)]
    [InlineData("BTCUSD", AssetClass.Crypto)]
    [InlineData("EURUSD", AssetClass.Forex)]
    [InlineData("GBPUSD", AssetClass.Forex)]
    [InlineData("USDUSD", AssetClass.Equity)]
    [InlineData("EURXXX", AssetClass.Equity)]
    public void The_class_of_a_symbol_without_entry_follows_from_its_form(string symbol, AssetClass expected)
    {
        Assert.Equal(expected, new InstrumentTable()[symbol].AssetClass);
    }

    [Fact]
    [Trait("req", "OHLCV-083")]
    public void An_entry_wins_over_the_form_and_the_settings_say_what_quotes_are_known()
    {
        var table = InstrumentTable.Parse(["symbol,asset_class,price_step,lot", "BTC-USD,equity,,", "AAPL,crypto,,"], ["XYZ"]);
        Assert.Equal(AssetClass.Equity, table["BTC-USD"].AssetClass);
        Assert.Equal(AssetClass.Crypto, table["AAPL"].AssetClass);
        Assert.Equal(AssetClass.Crypto, table["BTC-XYZ"].AssetClass);
        Assert.Equal(AssetClass.Equity, table["ETH-USDT"].AssetClass);
        Assert.Equal(AssetClass.Equity, new InstrumentTable()["BTC-XYZ"].AssetClass);

        var options = new MarketDataOptions { CryptoQuotes = ["XYZ"] };
        var markets = new MarketTable(new InstrumentTable([], options.CryptoQuotesInForce), new TradingCalendars(options), options);
        Assert.Equal(AssetClass.Crypto, markets["BTC-XYZ"].AssetClass);
        Assert.Equal(AssetClass.Equity, markets["BTC-USDT"].AssetClass);
    }

    [Theory]
    [InlineData("BTC-USD", "USD")]
    [InlineData("BTC-USDT", "USD")]
    [InlineData("BTC-EUR", "EUR")]
    [InlineData("SOL-BTC", "BTC")]
    [InlineData("GBPJPY", "JPY")]
    [InlineData("AAPL", "USD")]
    public void The_currency_of_a_pair_is_its_quote(string symbol, string expected)
    {
        Assert.Equal(expected, InstrumentTable.Currency(new InstrumentTable()[symbol]));
    }
}
