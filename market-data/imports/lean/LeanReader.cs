using System.IO.Compression;
using NodaTime;
using Trading.Engine.Bars;
using Trading.MarketData.Candles;
using Trading.MarketData.Imports.Csv;
using Trading.MarketData.Parquet;

namespace Trading.MarketData.Imports.Lean;

/// <summary>
/// Reads the zipped bars that users of LEAN have on disk. Times of minute files are milliseconds since midnight of the file's day in the zone of the
/// data: New York for US equities, UTC for crypto and for forex of Oanda, UTC−5 all year for forex of FXCM. Prices of equities are whole ten-thousandths
/// of a dollar; other prices plain decimals. Of quotes the mid of bid and ask is made (one side alone counts as it is), with volume 0.
/// </summary>
/// <remarks>An archive is never unpacked to disk and the names in it are not used; what it may hold is bounded.</remarks>
public sealed class LeanReader
{
    /// <summary>Largest content that one file may have, in bytes: a day of minutes or a life of days is far smaller.</summary>
    public const int MostBytes = 64 << 20;

    private const int MostEntries = 16;
    private const long MicrosPerMillisecond = 1000;
    private const long EquityScale = 10_000;
    private static readonly DateTimeZone NewYork = DateTimeZoneProviders.Tzdb["America/New_York"];
    private static readonly DateTimeZone FiveBehind = DateTimeZone.ForOffset(Offset.FromHours(-5));

    private readonly LeanFile _file;
    private readonly ImportIssues _issues;
    private readonly bool _round;
    private readonly ZoneClock _clock;
    private readonly CsvTimeReader _dates;
    private long _line;

    private LeanReader(LeanFile file, ImportIssues issues, DateTimeZone zone, bool round)
    {
        (_file, _issues, _round) = (file, issues, round);
        _clock = new ZoneClock(zone);
        _dates = new CsvTimeReader(CsvTimeFormat.Compact, new CsvFormat { Daily = true });
    }

    /// <summary>The zone of a file's times.</summary>
    public static DateTimeZone ZoneOf(LeanFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (file.AssetClass == AssetClass.Equity) return NewYork;
        return file is { AssetClass: AssetClass.Forex, Market: "fxcm" } ? FiveBehind : DateTimeZone.Utc;
    }

    /// <summary>All bars of a file. Of daily files the times are midnight UTC of the bar's date, to be stamped by the market's rules.</summary>
    /// <param name="file">The file.</param>
    /// <param name="issues">Receives the rows that cannot be taken.</param>
    /// <param name="zone">Null for <see cref="ZoneOf"/>.</param>
    /// <param name="round">Round values of more than 8 places half to even instead of refusing them.</param>
    /// <exception cref="ImportException">It is no such archive, or more rows are unreadable than <paramref name="issues"/> allows.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static CandleColumns Read(LeanFile file, ImportIssues issues, DateTimeZone? zone, bool round)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(issues);
        return new LeanReader(file, issues, zone ?? ZoneOf(file), round).ReadRows(ReadContent(file, issues));
    }

    private static byte[] ReadContent(LeanFile file, ImportIssues issues)
    {
        using var stream = new FileStream(file.Path, FileMode.Open, FileAccess.Read, FileShare.Read);
        if (stream.Length > MostBytes) throw new ImportException($"{issues.File} has {stream.Length} bytes; a file of LEAN's has at most {MostBytes}");
        try
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Read);
            if (archive.Entries.Count > MostEntries) throw new ImportException($"{issues.File} holds {archive.Entries.Count} files; LEAN's archives hold one");
            var tables = archive.Entries.Where(entry => entry.Name.EndsWith(".csv", StringComparison.OrdinalIgnoreCase)).ToList();
            if (tables.Count != 1) throw new ImportException($"{issues.File} holds {tables.Count} CSV files; LEAN's archives hold one");
            using var content = tables[0].Open();
            var bytes = ReadBounded(content, issues);

            // the framework's reader does not compare them
            if (Crc32.Of(bytes) != tables[0].Crc32) throw new ImportException($"{issues.File} is damaged: its content has another checksum than the archive says");
            return bytes;
        }
        catch (Exception problem) when (problem is InvalidDataException or NotSupportedException or EndOfStreamException or ArgumentException or OverflowException)
        {
            throw new ImportException($"{issues.File} is no readable zip archive: {problem.Message.ReplaceLineEndings(" ")}", problem);
        }
    }

    /// <summary>By what really comes out, whatever sizes the archive claims.</summary>
    private static byte[] ReadBounded(Stream content, ImportIssues issues)
    {
        using var all = new MemoryStream();
        var block = new byte[1 << 16];
        int count;
        while ((count = content.Read(block)) > 0)
        {
            if (all.Length + count > MostBytes) throw new ImportException($"{issues.File} unpacks to more than {MostBytes} bytes");
            all.Write(block, 0, count);
        }

        return all.ToArray();
    }

    private CandleColumns ReadRows(ReadOnlySpan<byte> text)
    {
        var most = text.Count((byte)'\n') + 1;
        var candles = new CandleColumns(most);
        var count = 0;
        foreach (var range in text.Split((byte)'\n'))
        {
            _line++;
            var line = text[range].TrimEnd((byte)'\r');
            if (!line.ContainsAnyExcept(" \t"u8) || !TryReadRow(line, out var row)) continue;
            candles.Time[count] = row.Time;
            candles.Open[count] = row.Open;
            candles.High[count] = row.High;
            candles.Low[count] = row.Low;
            candles.Close[count] = row.Close;
            candles.Volume[count] = row.Volume;
            count++;
        }

        return candles.Slice(0, count);
    }

    private bool TryReadRow(ReadOnlySpan<byte> line, out (long Time, long Open, long High, long Low, long Close, long Volume) row)
    {
        row = default;
        var cells = CsvLine.Split(line, (byte)',');
        var wanted = _file.IsQuote ? 11 : 6;
        if (cells is null || cells.Count != wanted) return Fail("row", line, $"a row of {wanted} cells");
        if (!TryReadTime(cells[0], out row.Time)) return false;
        if (_file.IsQuote)
        {
            if (!TryReadMid(cells, 1, "open", out row.Open) || !TryReadMid(cells, 2, "high", out row.High) || !TryReadMid(cells, 3, "low", out row.Low) || !TryReadMid(cells, 4, "close", out row.Close)) return false;
        }
        else if (!TryReadPrice(cells[1], "open", out row.Open) || !TryReadPrice(cells[2], "high", out row.High) || !TryReadPrice(cells[3], "low", out row.Low) || !TryReadPrice(cells[4], "close", out row.Close)
            || !TryReadNumber(cells[5], "volume", out row.Volume))
        {
            return false;
        }

        if (row.Low <= 0 || row.Volume < 0) return Fail("row", line, "prices above 0 and a volume not below 0");
        var isSound = row.Low <= row.Open && row.Low <= row.Close && row.High >= row.Open && row.High >= row.Close;
        return isSound || Fail("row", line, "a bar whose low is lowest and whose high is highest");
    }

    private bool TryReadTime(ReadOnlySpan<byte> cell, out long time)
    {
        if (_file.Date is not { } date)
        {
            return _dates.Read(cell, out time) == TimeResult.Read || Fail("time", cell, "a time like 20240716 00:00");
        }

        const long millisecondsPerDay = 86_400_000;
        time = 0;
        if (CsvDecimal.Read(cell, round: false, out var units) != DecimalResult.Exact || units < 0 || units % Instrument.Unit != 0 || units / Instrument.Unit >= millisecondsPerDay)
        {
            return Fail("time", cell, "milliseconds since midnight, below 86400000");
        }

        var ofDay = units / Instrument.Unit * MicrosPerMillisecond;
        if (ofDay % (60 * CsvDate.Second) != 0) return Fail("time", cell, "on a whole minute");
        var midnight = (date.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber) * CsvDate.Day;
        var result = _clock.ToUtc(midnight + ofDay, out time);
        if (result == ZoneResult.Missing) return Fail("time", cell, $"a time that exists in {_clock.Id}: clocks went forward over this one");
        if (result == ZoneResult.Ambiguous) _issues.AmbiguousTimes++;
        return true;
    }

    /// <summary>The mid of bid and ask; the one that is there when the other is empty or 0.</summary>
    private bool TryReadMid(List<byte[]> cells, int column, string name, out long mid)
    {
        mid = 0;
        if (!TryReadSide(cells[column], name, out var bid) || !TryReadSide(cells[column + 5], name, out var ask)) return false;
        if (bid <= 0 || ask <= 0)
        {
            mid = Math.Max(bid, ask);
            return true;
        }

        // both are at most 10^18: the sum fits, and an odd one has nine places
        var sum = bid + ask;
        mid = sum / 2;
        if (sum % 2 == 0) return true;
        if (!_round) return Fail(name, cells[column], "a mid of at most 8 places (or allow rounding)");
        mid += mid & 1;
        _issues.Rounded++;
        return true;
    }

    private bool TryReadSide(ReadOnlySpan<byte> cell, string name, out long price)
    {
        price = 0;
        return cell.Length == 0 || TryReadNumber(cell, name, out price);
    }

    private bool TryReadPrice(ReadOnlySpan<byte> cell, string name, out long price)
    {
        if (!TryReadNumber(cell, name, out price)) return false;
        if (_file.AssetClass != AssetClass.Equity) return true;
        var rest = price % EquityScale;
        price /= EquityScale;
        if (rest == 0) return true;
        if (!_round) return Fail(name, cell, "ten-thousandths of a dollar with at most 4 places (or allow rounding)");
        if (rest > EquityScale / 2 || (rest == EquityScale / 2 && price % 2 != 0)) price++;
        _issues.Rounded++;
        return true;
    }

    private bool TryReadNumber(ReadOnlySpan<byte> cell, string name, out long value)
    {
        var result = CsvDecimal.Read(cell, _round, out value);
        if (result == DecimalResult.Rounded) _issues.Rounded++;
        if (result is DecimalResult.Exact or DecimalResult.Rounded) return true;
        return Fail(name, cell, result switch
        {
            DecimalResult.TooLarge => CsvDecimal.SizeRule,
            DecimalResult.TooManyPlaces => CsvDecimal.PlacesRule,
            _ => CsvDecimal.Rule,
        });
    }

    private bool Fail(string column, ReadOnlySpan<byte> value, string rule)
    {
        _issues.Add(_line, column, value, rule);
        return false;
    }
}
