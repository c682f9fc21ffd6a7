using System.Globalization;
using System.Numerics;
using System.Text;
using Trading.MarketData.Candles;

namespace Trading.MarketData.Tests.Candles;

public sealed class CandleTextTests
{
    [Theory]
    [Trait("req", "OHLCV-017")]
    [Trait("req", "OHLCV-018")]
    [InlineData(18_650_000_000, "186.50")]
    [InlineData(18_600_000_000, "186.00")]
    [InlineData(100_000_000, "1.00")]
    [InlineData(108_457_000, "1.08457")]
    [InlineData(1_234, "0.00001234")]
    [InlineData(1, "0.00000001")]
    [InlineData(0, "0.00")]
    [InlineData(12_345_678_901_234_567, "123456789.01234567")]
    [InlineData(-150_000_000, "-1.50")]
    [InlineData(long.MaxValue, "92233720368.54775807")]
    [InlineData(long.MinValue, "-92233720368.54775808")]
    public void A_price_has_two_places_and_as_many_more_as_it_needs(long units, string expected)
    {
        Assert.Equal(expected, CandleText.Price(units));
    }

    [Theory]
    [Trait("req", "OHLCV-019")]
    [InlineData(4_821_000_000_000, "48210.00000000")]
    [InlineData(0, "0.00000000")]
    [InlineData(113_872_000, "1.13872000")]
    [InlineData(1, "0.00000001")]
    public void A_volume_has_eight_places(long units, string expected)
    {
        Assert.Equal(expected, CandleText.Volume(units));
    }

    [Fact]
    [Trait("req", "OHLCV-018")]
    [Trait("req", "OHLCV-020")]
    public void Every_number_comes_back_as_it_went()
    {
        var random = new Random(18);
        Span<byte> text = stackalloc byte[CandleText.MaxLength];
        for (var round = 0; round < 100_000; round++)
        {
            var units = random.NextInt64(-1, long.MaxValue) >> random.Next(0, 63);
            if (random.Next(4) == 0) units -= units % 1_000_000;
            var price = CandleText.Price(units);
            Assert.Matches(@"^-?[0-9]+\.[0-9]{2,8}$", price);
            Assert.Equal(units / 100_000_000m, decimal.Parse(price, CultureInfo.InvariantCulture));
            Assert.Equal(price, Encoding.ASCII.GetString(text[..CandleText.WritePrice(units, text)]));
            Assert.Equal(CandleText.Volume(units), Encoding.ASCII.GetString(text[..CandleText.WriteVolume(units, text)]));
            Assert.Equal(NumberReading.Exact, CandleNumber.TryRead(price, out var back));
            Assert.Equal(units, back);
            Assert.Equal(NumberReading.Exact, CandleNumber.TryRead(CandleText.Volume(units), out back));
            Assert.Equal(units, back);
        }
    }

    [Theory]
    [Trait("req", "OHLCV-173")]
    [InlineData("186.5", 18_650_000_000)]
    [InlineData("+186.50", 18_650_000_000)]
    [InlineData("  186.5\t", 18_650_000_000)]
    [InlineData("\"186.5\"", 18_650_000_000)]
    [InlineData("1.8650E+2", 18_650_000_000)]
    [InlineData("1865e-1", 18_650_000_000)]
    [InlineData("186.500000000000", 18_650_000_000)]
    [InlineData("000186.5", 18_650_000_000)]
    [InlineData(".5", 50_000_000)]
    [InlineData("5.", 500_000_000)]
    [InlineData("1.234e-5", 1_234)]
    [InlineData("0", 0)]
    [InlineData("-0.0", 0)]
    [InlineData("0e9999", 0)]
    [InlineData("92233720368.54775807", long.MaxValue)]
    public void Every_form_of_a_number_with_one_meaning_is_read_without_loss(string text, long expected)
    {
        Assert.Equal(NumberReading.Exact, CandleNumber.TryRead(text, out var units));
        Assert.Equal(expected, units);
    }

    [Theory]
    [InlineData("0.000000015", 2)] // halves go to the even neighbour
    [InlineData("0.000000025", 2)]
    [InlineData("0.0000000250000001", 3)]
    [InlineData("0.0000000249999999", 2)]
    [InlineData("0.000000005", 0)]
    [InlineData("0.0000000051", 1)]
    [InlineData("5e-9", 0)]
    [InlineData("6e-9", 1)]
    [InlineData("9e-10", 0)]
    [InlineData("1e-9999", 0)]
    [InlineData("187.12000000000001", 18_712_000_000)]
    public void More_than_eight_places_are_rounded_and_said_to_be(string text, long expected)
    {
        Assert.Equal(NumberReading.Rounded, CandleNumber.TryRead(text, out var units));
        Assert.Equal(expected, units);
    }

    [Theory]
    [Trait("req", "OHLCV-174")]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(".")]
    [InlineData("-")]
    [InlineData("+-1")]
    [InlineData("1,234.50")]
    [InlineData("186,5")]
    [InlineData("1.2.3")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("1e12345")]
    [InlineData("0x10")]
    [InlineData("NaN")]
    [InlineData("null")]
    [InlineData("Infinity")]
    [InlineData("1 2")]
    [InlineData("\"1")]
    [InlineData("\uff11")]
    [InlineData("92233720368.54775808")]
    [InlineData("1e300")]
    public void What_is_no_number_or_does_not_fit_is_unreadable_and_never_a_guess(string? text)
    {
        Assert.Equal(NumberReading.Unreadable, CandleNumber.TryRead(text, out var units));
        Assert.Equal(0, units);
    }

    [Fact]
    [Trait("req", "OHLCV-020")]
    public void Random_numbers_are_read_as_exact_arithmetic_has_them()
    {
        var random = new Random(20);
        for (var round = 0; round < 50_000; round++)
        {
            var digits = Digits(random.Next(0, 12));
            var fraction = Digits(random.Next(digits.Length == 0 ? 1 : 0, 14));
            var exponent = random.Next(-12, 9);
            var text = digits + (fraction.Length > 0 || random.Next(2) == 0 ? "." + fraction : "") + (exponent != 0 || random.Next(2) == 0 ? $"e{exponent}" : "");
            // the value is numerator / 10^scale units
            var numerator = BigInteger.Parse("0" + digits + fraction, CultureInfo.InvariantCulture);
            var scale = fraction.Length - exponent - 8;
            if (scale < 0) (numerator, scale) = (numerator * BigInteger.Pow(10, -scale), 0);
            var quotient = BigInteger.DivRem(numerator, BigInteger.Pow(10, scale), out var remainder);
            var half = (remainder * 2).CompareTo(BigInteger.Pow(10, scale));
            var expected = half > 0 || (half == 0 && !quotient.IsEven) ? quotient + 1 : quotient;
            var reading = CandleNumber.TryRead(text, out var units);
            Assert.True(reading == (expected > long.MaxValue ? NumberReading.Unreadable : remainder.IsZero ? NumberReading.Exact : NumberReading.Rounded), text);
            if (reading != NumberReading.Unreadable) Assert.True(expected == units, text);
        }

        string Digits(int count) => string.Concat(Enumerable.Range(0, count).Select(_ => (char)('0' + random.Next(10))));
    }
}
