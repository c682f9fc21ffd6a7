using System.Buffers;
using System.Globalization;
using Trading.Engine.Bars;
using Trading.MarketData.Sources;

namespace Trading.MarketData.Synthetic;

/// <summary>Writes columns in the format that <see cref="CsvBarParser"/> reads, numbers without needless zeros.</summary>
internal static class BarCsvWriter
{
    // 20 of the time, 5 × 20 of the numbers, 6 separators
    public const int MaxRowBytes = 128;

    public static ReadOnlyMemory<byte> Write(BarColumns bars)
    {
        var text = new ArrayBufferWriter<byte>(bars.Count * 64 + MaxRowBytes);
        text.Write(CsvBarParser.Header);
        text.Write("\n"u8);
        for (var bar = 0; bar < bars.Count; bar++)
        {
            text.Advance(WriteRow(text.GetSpan(MaxRowBytes), bars.OpenTime[bar], bars.Open[bar], bars.High[bar], bars.Low[bar], bars.Close[bar], bars.Volume[bar]));
        }

        return text.WrittenMemory;
    }

    /// <summary>One row with its line end; returns its length.</summary>
    public static int WriteRow(Span<byte> row, long time, long open, long high, long low, long close, long volume)
    {
        var at = WriteTime(row, time);
        at = WriteNumber(row, at, open);
        at = WriteNumber(row, at, high);
        at = WriteNumber(row, at, low);
        at = WriteNumber(row, at, close);
        at = WriteNumber(row, at, volume);
        row[at++] = (byte)'\n';
        return at;
    }

    private static int WriteTime(Span<byte> row, long micros)
    {
        var time = DateTime.UnixEpoch.AddTicks(micros * 10);
        time.TryFormat(row, out var written, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return written;
    }

    private static int WriteNumber(Span<byte> row, int at, long units)
    {
        row[at++] = (byte)',';
        var (whole, fraction) = Math.DivRem(units, Instrument.Unit);
        whole.TryFormat(row[at..], out var written, default, CultureInfo.InvariantCulture);
        at += written;
        if (fraction == 0) return at;
        row[at++] = (byte)'.';
        for (var place = Instrument.Unit / 10; fraction > 0; place /= 10)
        {
            row[at++] = (byte)('0' + (fraction / place));
            fraction %= place;
        }

        return at;
    }
}
