using Trading.MarketData.Instruments;

namespace Trading.MarketData.Tests.Instruments;

public class CurrencyTests
{
    [Theory]
    [InlineData("KO", "USD")]
    [InlineData("EURUSD", "USD")]
    [InlineData("EURJPY", "JPY")]
    [InlineData("BTCUSD", "USD")]
    [InlineData("BTCUSDT", "USD")]
    [InlineData("BTCEUR", "EUR")]
    [InlineData("ETHGBP", "GBP")]
    [Trait("req", "SIM-236")]
    public void An_instrument_is_priced_in_one_currency(string symbol, string currency) => Assert.Equal(currency, InstrumentTable.Currency(new InstrumentTable()[symbol]));
}
