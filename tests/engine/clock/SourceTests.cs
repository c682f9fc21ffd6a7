using Trading.Engine.Bars;

namespace Trading.Engine.Tests.Clock;

public sealed class SourceTests
{
    [Theory]
    [InlineData(0, 100, "a+b+c")]
    [InlineData(0, 20, "a")]
    [InlineData(0, 21, "a+b")]
    [InlineData(20, 40, "b")]
    [InlineData(35, 100, "a+c")]
    [InlineData(50, 60, "a")]
    // without bars there is nothing to be named but all of them
    [InlineData(31, 32, "a+b+c")]
    public void The_sources_of_a_range_are_those_of_its_bars(int start, int end, string expected)
    {
        Assert.Equal(expected, Series([new(0, "a"), new(2, "b"), new(4, "c"), new(5, "a")]).SourceIn(start, end));
    }

    [Fact]
    public void Spans_out_of_order_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Series([new(1, "a"), new(2, "b")]));
        Assert.Throws<ArgumentException>(() => Series([new(0, "a"), new(0, "b")]));
        Assert.Throws<ArgumentException>(() => Series([new(0, "a"), new(6, "b")]));
        Assert.Equal("a+b+c", Series(null).SourceIn(0, 20));
    }

    /// <summary>Six bars that open at 0, 10, 20 and so on.</summary>
    private static BarSeries Series(IReadOnlyList<SourceSpan>? sources)
    {
        long[] one = [1, 1, 1, 1, 1, 1];
        return new BarSeries(Instrument.Default("A", AssetClass.Equity), new TradingDays("test", "1", [0], [0], [0], [60], [60]), 10, "a+b+c", "raw", [0, 10, 20, 30, 40, 50], one, one, one, one, one, sources);
    }
}
