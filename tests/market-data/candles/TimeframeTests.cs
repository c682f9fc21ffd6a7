using Trading.MarketData.Candles;

namespace Trading.MarketData.Tests.Candles;

public sealed class TimeframeTests
{
    [Fact]
    [Trait("req", "OHLCV-026")]
    public void Exactly_eight_names_are_valid()
    {
        Assert.Equal(["1min", "5min", "15min", "30min", "1h", "2h", "4h", "daily"], Timeframes.Names);
        Assert.Equal([1, 5, 15, 30, 60, 120, 240, 1440], Timeframes.All.Select(timeframe => timeframe.Minutes()));
        foreach (var name in Timeframes.Names)
        {
            Assert.True(Timeframes.TryParse(name, out var timeframe, out var problem));
            Assert.Null(problem);
            Assert.Equal(name, timeframe.Name());
        }
    }

    [Theory]
    [Trait("req", "OHLCV-026")]
    [Trait("req", "OHLCV-027")]
    [InlineData("60min")]
    [InlineData("1d")]
    [InlineData("1H")]
    [InlineData("Daily")]
    [InlineData(" 1h")]
    [InlineData("1m")]
    [InlineData("")]
    [InlineData(null)]
    public void Another_name_is_refused_with_the_list_of_valid_ones(string? name)
    {
        Assert.False(Timeframes.TryParse(name, out _, out var problem));
        Assert.Contains($"'{name}'", problem, StringComparison.Ordinal);
        Assert.Contains("1min, 5min, 15min, 30min, 1h, 2h, 4h, daily", problem, StringComparison.Ordinal);
    }
}
