using System.Globalization;
using System.Numerics;
using System.Text;
using Trading.MarketData.Imports.Csv;

namespace Trading.MarketData.Tests.Imports;

public sealed class CsvDecimalTests
{
    [Theory]
    [Trait("req", "OHLCV-018")]
    [Trait("req", "OHLCV-020")]
    [InlineData("1.08457", 108_457_000)]
    [InlineData("0.00001234", 1_234)]
    [InlineData("186.5", 18_650_000_000)]
    [InlineData("0.1", 10_000_000)]
    [InlineData("0.3", 30_000_000)]
    [InlineData("67123.12345678", 6_712_312_345_678)]
    [InlineData("12345678", 1_234_567_800_000_000)]
    [InlineData("12345678.12345678", 1_234_567_812_345_678)]
    [InlineData("9999999999.99999999", 999_999_999_999_999_999)]
    [InlineData("0.00000001", 1)]
    [InlineData("1.234500000000", 123_450_000)]
    [InlineData("1e3", 100_000_000_000)]
    [InlineData("1.5E-7", 15)]
    [InlineData("+2", 200_000_000)]
    [InlineData("\"2.5\"", 250_000_000)]
    [InlineData(" 2.5 ", 250_000_000)]
    [InlineData("00012.5", 1_250_000_000)]
    public void Decimals_are_read_exactly(string text, long units) => Assert.Equal((units, units), Csv.ReadNumbers(text, text));

    [Theory]
    [InlineData("\"1,234.5\"")]
    [InlineData("1 234.5")]
    [InlineData("1'234.5")]
    [InlineData("1.234,5")]
    [InlineData("1.2.3")]
    [InlineData("1.")]
    [InlineData(".5")]
    [InlineData("")]
    [InlineData("NaN")]
    [InlineData("null")]
    [InlineData("1e")]
    [InlineData("0x10")]
    [InlineData("-")]
    [InlineData("1e5000")]
    [InlineData("0.123456789")]
    [InlineData("10000000000")]
    [InlineData("1e30")]
    [InlineData("99999999999999999999999999999999999999999999")]
    [InlineData("-1")]
    [InlineData("0")]
    public void What_is_no_exact_price_is_refused_and_named(string price)
    {
        var message = Csv.Refusal($"{Csv.Header}2024-07-16T13:30:00Z,{price},2,1,2,1\n");
        Assert.StartsWith("bars.csv line 2, ", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.123456785", 12_345_678)]
    [InlineData("0.123456775", 12_345_678)]
    [InlineData("0.1234567750001", 12_345_678)]
    [InlineData("0.1234567749999", 12_345_677)]
    [InlineData("0.30000000000000004", 30_000_000)]
    public void More_than_eight_places_are_rounded_half_to_even_when_allowed(string text, long units)
    {
        Assert.Equal(units, Csv.ReadNumbers("1", text, new CsvFormat { Round = true }).Volume);
        Assert.Contains("8 places", Csv.Refusal($"{Csv.Header}2024-07-16T13:30:00Z,1,1,1,1,{text}\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void Fast_and_slow_reading_agree_with_a_naive_reading_of_random_numbers()
    {
        var random = new Random(20240716);
        for (var round = 0; round < 20_000; round++)
        {
            var text = Number(random).Replace(',', ';');
            var expected = Naive(text);
            var cell = Encoding.ASCII.GetBytes(text);
            var result = CsvDecimal.Read(cell, round: false, out var units);
            Assert.True((expected is null) == (result != DecimalResult.Exact), $"{text}: {result}");
            if (expected is not null) Assert.Equal(expected, units);

            var padded = new byte[cell.Length + 1 + CsvDecimal.Overread];
            cell.CopyTo(padded, 0);
            padded[cell.Length] = (byte)',';
            nint at = 0;
            var isFast = CsvDecimal.TryReadFast(ref padded[0], ref at, out var fast) && padded[at] == ',';
            if (isFast) Assert.Equal((expected, cell.Length), (fast, (int)at));
            else Assert.True(expected is null || text.Any(each => each is '-' or '+' or 'e') || text.Length > 8, $"{text} went the slow way");
        }
    }

    private static string Number(Random random)
    {
        var text = new StringBuilder();
        if (random.Next(20) == 0) text.Append(random.Next(2) == 0 ? '-' : '+');
        for (var digit = random.Next(0, 12); digit >= 0; digit--) text.Append((char)('0' + random.Next(10)));
        if (random.Next(4) > 0)
        {
            text.Append('.');
            for (var digit = random.Next(0, 10); digit > 0; digit--) text.Append((char)('0' + random.Next(10)));
        }

        if (random.Next(20) == 0) text.Append(CultureInfo.InvariantCulture, $"e{random.Next(-12, 12)}");
        if (random.Next(50) == 0) text.Insert(random.Next(text.Length), "!#,/:;x-+."[random.Next(10)]);
        return text.ToString();
    }

    /// <summary>By arithmetic of fractions of any size.</summary>
    private static long? Naive(string text)
    {
        var mantissa = text.Split('e', 'E');
        var body = mantissa[0].TrimStart('+', '-');
        if (mantissa.Length > 2 || mantissa[0].Length - body.Length > 1) return null;
        var parts = body.Split('.');
        if (parts.Length > 2 || parts.Any(part => part.Length == 0 || !part.All(char.IsAsciiDigit))) return null;
        var exponent = 0;
        if (mantissa.Length == 2 && !int.TryParse(mantissa[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)) return null;
        var power = exponent + 8 - (parts.Length == 2 ? parts[1].Length : 0);
        var value = BigInteger.Parse(string.Concat(parts), CultureInfo.InvariantCulture);
        if (power >= 0)
        {
            value *= BigInteger.Pow(10, power);
        }
        else
        {
            value = BigInteger.DivRem(value, BigInteger.Pow(10, -power), out var rest);
            if (!rest.IsZero) return null;
        }

        if (value > CsvDecimal.Largest) return null;
        return (long)(text[0] == '-' ? -value : value);
    }
}
