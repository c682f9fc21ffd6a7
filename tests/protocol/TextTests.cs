using System.Globalization;
using System.Text;
using Trading.Protocol.Text;

namespace Trading.Protocol.Tests;

public sealed class TextTests
{
    [Theory]
    [Trait("req", "SIM-001")]
    [InlineData("100000.00", 16, "100000.00")]
    [InlineData("100000", 16, "100000.00")]
    [InlineData("0.1", 16, "0.10")]
    [InlineData("0.005", 16, "0.005")]
    [InlineData("-2.60", 16, "-2.60")]
    [InlineData("0.0000000000000001", 16, "0.0000000000000001")]
    [InlineData("999999999999999999.9999999999999999", 16, "999999999999999999.9999999999999999")]
    [InlineData("-999999999999999999.9999999999999999", 16, "-999999999999999999.9999999999999999")]
    [InlineData("128.460000000", 8, "128.46")]
    [InlineData("0", 8, "0.00")]
    [InlineData("-0", 8, "0.00")]
    [InlineData("92233720368.54775807", 8, "92233720368.54775807")]
    public void A_decimal_survives_the_round_trip_exactly_with_at_least_two_places(string text, int scale, string written)
    {
        Assert.Equal(DecimalFault.None, DecimalText.TryParse(Encoding.ASCII.GetBytes(text), scale, out Int128 value));
        Assert.Equal(written, DecimalText.Format(value, scale, 2));
    }

    [Fact]
    [Trait("req", "SIM-003")]
    public void Every_decimal_of_a_seeded_set_keeps_its_digits()
    {
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var digits = random.Next(1, 19);
            var text = (random.Next(2) == 0 ? "-" : "") + random.NextInt64(1, (long)Math.Pow(10, Math.Min(digits, 18))).ToString(CultureInfo.InvariantCulture);
            var places = random.Next(3, 16);
            text += "." + random.NextInt64(1, (long)Math.Pow(10, places)).ToString(CultureInfo.InvariantCulture).PadLeft(places, '0');
            if (text[^1] == '0') text = text[..^1] + "1";
            Assert.Equal(DecimalFault.None, DecimalText.TryParse(Encoding.ASCII.GetBytes(text), 16, out Int128 value));
            Assert.Equal(text, DecimalText.Format(value, 16, 2));
        }
    }

    [Theory]
    [Trait("req", "SIM-003")]
    [InlineData("1e3", DecimalFault.Exponent)]
    [InlineData("1.5E-2", DecimalFault.Exponent)]
    [InlineData("", DecimalFault.Malformed)]
    [InlineData("-", DecimalFault.Malformed)]
    [InlineData(".5", DecimalFault.Malformed)]
    [InlineData("5.", DecimalFault.Malformed)]
    [InlineData("+5", DecimalFault.Malformed)]
    [InlineData("05", DecimalFault.Malformed)]
    [InlineData("1,000", DecimalFault.Malformed)]
    [InlineData(" 1", DecimalFault.Malformed)]
    [InlineData("NaN", DecimalFault.Malformed)]
    [InlineData("0x10", DecimalFault.Malformed)]
    [InlineData("1.000000001", DecimalFault.TooPrecise)]
    [InlineData("92233720368.54775808", DecimalFault.TooLarge)]
    [InlineData("100000000000000000000000000000000", DecimalFault.TooLarge)]
    public void What_is_no_plain_decimal_of_the_scale_is_refused_with_its_reason(string text, DecimalFault fault) =>
        Assert.Equal(fault, DecimalText.TryParse(Encoding.ASCII.GetBytes(text), 8, out long _));

    [Theory]
    [InlineData(5, 2, 2)]
    [InlineData(7, 2, 4)]
    [InlineData(-5, 2, -2)]
    [InlineData(-7, 2, -4)]
    [InlineData(5, -2, -2)]
    [InlineData(8, 3, 3)]
    [InlineData(7, 3, 2)]
    [InlineData(-8, 3, -3)]
    [InlineData(6, 3, 2)]
    public void A_division_rounds_half_to_even(int numerator, int denominator, int expected) =>
        Assert.Equal((Int128)expected, DecimalText.DivideHalfEven(numerator, denominator));

    [Theory]
    [Trait("req", "SIM-002")]
    [InlineData("2024-07-16T13:30:00Z", "2024-07-16T13:30:00Z")]
    [InlineData("2024-07-16T13:30:00.120Z", "2024-07-16T13:30:00.120Z")]
    [InlineData("2024-07-16T13:30:00.1Z", "2024-07-16T13:30:00.100Z")]
    [InlineData("2024-07-16T13:30:00.123456Z", "2024-07-16T13:30:00.123456Z")]
    [InlineData("2024-07-16T13:30:00.123456000Z", "2024-07-16T13:30:00.123456Z")]
    [InlineData("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z")]
    [InlineData("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z")]
    [InlineData("2024-02-29T00:00Z", "2024-02-29T00:00:00Z")]
    public void An_instant_is_written_in_UTC_with_the_shortest_exact_fraction(string text, string written)
    {
        Assert.Equal(InstantFault.None, InstantText.TryParse(Encoding.ASCII.GetBytes(text), out var micros));
        Assert.Equal(written, InstantText.Format(micros));
    }

    [Theory]
    [Trait("req", "SIM-004")]
    [InlineData("2024-07-16T09:30:00-04:00")]
    [InlineData("2024-07-16T13:30:00+00:00")]
    [InlineData("2024-07-16T23:30:00+10:00")]
    [InlineData("2024-07-16T19:15:00+05:45")]
    public void Any_offset_is_converted_to_UTC(string text)
    {
        Assert.Equal(InstantFault.None, InstantText.TryParse(Encoding.ASCII.GetBytes(text), out var micros));
        Assert.Equal("2024-07-16T13:30:00Z", InstantText.Format(micros));
    }

    [Theory]
    [Trait("req", "SIM-005")]
    [InlineData("2024-07-16T09:30:00", InstantFault.NoOffset)]
    [InlineData("2024-07-16T09:30:00.5", InstantFault.NoOffset)]
    [InlineData("2024-07-16T09:30", InstantFault.NoOffset)]
    [InlineData("2024-07-16", InstantFault.Malformed)]
    [InlineData("2024-07-16 09:30:00Z", InstantFault.Malformed)]
    [InlineData("2024-13-16T09:30:00Z", InstantFault.Malformed)]
    [InlineData("2023-02-29T09:30:00Z", InstantFault.Malformed)]
    [InlineData("2024-07-16T24:00:00Z", InstantFault.Malformed)]
    [InlineData("2024-07-16T09:30:60Z", InstantFault.Malformed)]
    [InlineData("2024-07-16T09:30:00+1400", InstantFault.Malformed)]
    [InlineData("2024-07-16T09:30:00+14:01", InstantFault.Malformed)]
    [InlineData("2024-07-16T09:30:00.Z", InstantFault.Malformed)]
    [InlineData("2024-07-16T09:30:00z", InstantFault.Malformed)]
    [InlineData("2024-07-16T09:30:00.1234567Z", InstantFault.OutOfRange)]
    [InlineData("0001-01-01T00:00:00+01:00", InstantFault.OutOfRange)]
    [InlineData("1721136600", InstantFault.Malformed)]
    public void An_instant_without_offset_or_of_another_form_is_refused(string text, InstantFault fault) =>
        Assert.Equal(fault, InstantText.TryParse(Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void Instants_agree_with_the_framework_over_a_seeded_set()
    {
        var random = new Random(11);
        for (var i = 0; i < 5_000; i++)
        {
            var instant = new DateTimeOffset(random.NextInt64(DateTime.MaxValue.Ticks) / 10 * 10, TimeSpan.Zero);
            var micros = InstantText.Micros(instant);
            var text = InstantText.Format(micros);
            Assert.Equal(instant, DateTimeOffset.Parse(text, CultureInfo.InvariantCulture));
            Assert.Equal(InstantFault.None, InstantText.TryParse(Encoding.ASCII.GetBytes(text), out var back));
            Assert.Equal(micros, back);
        }
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("")]
    [InlineData("quote \" backslash \\ slash /")]
    [InlineData("line\nfeed\r\ttab \u0000 \u001f \u007f")]
    [InlineData("Zürich 東京 🚀")]
    public void A_text_is_escaped_so_that_it_reads_back_the_same(string text)
    {
        using var json = new JsonText(16);
        json.String(text);
        Assert.Equal(text, JsonAssert.Parse(json.Written.Span).GetString());
    }

    [Fact]
    public void Half_a_surrogate_pair_is_written_as_a_replacement_character()
    {
        using var json = new JsonText(16);
        json.String("a\ud83db");
        Assert.Equal("a\ufffdb", JsonAssert.Parse(json.Written.Span).GetString());
    }

    [Fact]
    public void Frames_stay_whole_while_the_buffer_grows()
    {
        using var json = new JsonText(16);
        for (var i = 0; i < 500; i++)
        {
            json.String(new string('x', i));
            json.EndFrame();
        }

        for (var i = 0; i < 500; i++) Assert.Equal(i, JsonAssert.Parse(json.Frame(i).Span).GetString()!.Length);
        json.Clear();
        Assert.Equal(0, json.FrameCount);
    }
}
