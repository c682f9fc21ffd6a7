using System.Buffers;
using System.Globalization;
using Trading.Engine.Bars;
using Trading.MarketData.Sources;

namespace Trading.MarketData.Synthetic;

/// <summary>Writes columns in the format that <see cref="CsvBarParser"/> reads, numbers without needless zeros.</summary>
internal static class BarCsvWriter
{
    // 20 of the time, 5 × 20 of the numbers, 6 separators
    private const int MaxRowBytes = 128;

    public static ReadOnlyMemory<byte> Write(BarColumns bars)
    {
        var text = new ArrayBufferWriter<byte>(bars.Count * 64 + MaxRowBytes);
        text.Write(CsvBarParser.Header);
        text.Write("\n"u8);
        for (var bar = 0; bar < bars.Count; bar++)
        {
            var row = text.GetSpan(MaxRowBytes);
            var at = WriteTime(row, bars.OpenTime[bar]);
            at = WriteNumber(row, at, bars.Open[bar]);
            at = WriteNumber(row, at, bars.High[bar]);
            at = WriteNumber(row, at, bars.Low[bar]);
            at = WriteNumber(row, at, bars.Close[bar]);
            at = WriteNumber(row, at, bars.Volume[bar]);
            row[at++] = (byte)'\n';
            text.Advance(at);
        }

        return text.WrittenMemory;
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
