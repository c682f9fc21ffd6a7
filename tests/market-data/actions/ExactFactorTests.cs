using System.Numerics;
using Trading.MarketData.Actions;

namespace Trading.MarketData.Tests.Actions;

public sealed class ExactFactorTests
{
    [Theory]
    // 4-for-1, ties to even, a third, reverse splits, both ends of the range
    [InlineData(1, 4, 499_230_000_00, 124_807_500_00)]
    [InlineData(1, 2, 1, 0)]
    [InlineData(1, 2, 3, 2)]
    [InlineData(1, 2, 5, 2)]
    [InlineData(1, 3, 100, 33)]
    [InlineData(2, 3, 100, 67)]
    [InlineData(10, 1, 12_345, 123_450)]
    [InlineData(1, 1, long.MaxValue, long.MaxValue)]
    [InlineData(1, long.MaxValue, long.MaxValue, 1)]
    [InlineData(1, long.MaxValue, long.MaxValue / 2, 0)]
    [InlineData(1, long.MaxValue, long.MaxValue / 2 + 1, 1)]
    public void A_value_is_scaled_and_rounded_half_to_even(long numerator, long denominator, long value, long expected)
    {
        Assert.True(new ExactFactor(numerator, denominator).TryScale(value, out var scaled));
        Assert.Equal(expected, scaled);
    }

    [Fact]
    public void A_result_beyond_63_bits_is_refused()
    {
        Assert.False(new ExactFactor(2, 1).TryScale((long.MaxValue / 2) + 1, out _));
        Assert.True(new ExactFactor(2, 1).TryScale(long.MaxValue / 2, out _));
        Assert.False(new ExactFactor(BigInteger.Pow(10, 40), 1).TryScale(1, out _));
        Assert.True(new ExactFactor(BigInteger.Pow(10, 40), 1).TryScale(0, out _));
    }

    [Fact]
    public void Every_product_equals_that_of_big_rationals()
    {
        var random = new Random(20200831);
        for (var round = 0; round < 20_000; round++)
        {
            var factor = ExactFactor.One;
            BigInteger numerator = 1, denominator = 1;
            for (var parts = random.Next(1, 12); parts > 0; parts--)
            {
                var (a, b) = (1 + random.NextInt64(1L << random.Next(1, 60)), 1 + random.NextInt64(1L << random.Next(1, 60)));
                // mostly factors near 1, as dividends have
                if (random.Next(3) > 0) (a, b) = (b + 1_000_000, b + 1_000_000 + random.Next(50_000));
                factor = factor.Times(new ExactFactor(a, b));
                numerator *= a;
                denominator *= b;
            }

            // also values whose product lies at or beside a tie
            var value = random.Next(4) == 0 ? (long)BigInteger.Min(long.MaxValue, denominator * random.Next(1, 9) / (2 * numerator)) : random.NextInt64(1L << random.Next(1, 63));
            var expected = Rounded(value * numerator, denominator);
            var fits = factor.TryScale(value, out var scaled);
            Assert.True(fits == expected <= long.MaxValue && (!fits || scaled == expected), $"{value} × {numerator}/{denominator} is {expected}, not {scaled}");
        }
    }

    /// <summary>Numerator / denominator, half to even, as one writes it down.</summary>
    internal static BigInteger Rounded(BigInteger numerator, BigInteger denominator)
    {
        var floor = numerator / denominator;
        var twiceRest = 2 * (numerator - floor * denominator);
        if (twiceRest < denominator) return floor;
        if (twiceRest > denominator) return floor + 1;
        return floor % 2 == 0 ? floor : floor + 1;
    }
}
