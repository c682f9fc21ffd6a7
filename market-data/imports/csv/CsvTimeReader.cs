using System.Runtime.CompilerServices;
using System.Text;
using NodaTime;
using NodaTime.Text;

namespace Trading.MarketData.Imports.Csv;

internal enum TimeResult
{
    Read,

    /// <summary>Read, but the local time occurs twice.</summary>
    Ambiguous,
    Malformed,
    Missing,
}

/// <summary>
/// Reads the time cells of one file, all written in one way, as instants; of daily bars as midnight of the date that is written.
/// The fast reader takes <c>2024-07-16T13:30:00Z</c>, the forms near it and whole numbers, and remembers the last date, because rows come in days.
/// </summary>
internal sealed class CsvTimeReader
{
    private readonly CsvTimeFormat _format;
    private readonly ZoneClock _clock;
    private readonly LocalDateTimePattern? _pattern;
    private readonly bool _daily;
    private readonly bool _fastZone;
    private readonly bool _closeLabels;
    private ulong _dateHead;
    private ushort _dateTail;
    private long _dateMicros;

    public CsvTimeReader(CsvTimeFormat format, CsvFormat settings)
    {
        _format = format;
        _daily = settings.Daily;
        _closeLabels = settings.Labels == BarLabels.Close;
        _clock = new ZoneClock(settings.Zone);
        _fastZone = settings.Zone == DateTimeZone.Utc;
        if (format != CsvTimeFormat.Custom) return;
        try
        {
            _pattern = LocalDateTimePattern.CreateWithInvariantCulture(settings.TimePattern);
        }
        catch (InvalidPatternException problem)
        {
            throw new ImportException($"'{settings.TimePattern}' is no pattern of a time: {problem.Message}", problem);
        }
    }

    /// <summary>What a time looks like here, for messages.</summary>
    public string Rule => _format switch
    {
        CsvTimeFormat.Iso => "a time like 2024-07-16T13:30:00Z or 2024-07-16 13:30",
        CsvTimeFormat.Compact => "a time like 20240716 13:30",
        CsvTimeFormat.EpochSeconds => "seconds since 1970-01-01Z",
        CsvTimeFormat.EpochMilliseconds => "milliseconds since 1970-01-01Z",
        CsvTimeFormat.EpochMicroseconds => "microseconds since 1970-01-01Z",
        CsvTimeFormat.EpochNanoseconds => "nanoseconds since 1970-01-01Z, on a whole microsecond",
        _ => "a time as the pattern says",
    };

    public string MissingRule => $"a time that exists in {_clock.Id}: clocks went forward over this one";

    /// <summary>How the times of a file are written, from its first one; null when it is none of the known ways.</summary>
    public static CsvTimeFormat? Detect(ReadOnlySpan<byte> cell)
    {
        var digits = cell.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (digits < 0) digits = cell.Length;
        if (digits == 4 && cell.Length >= 10) return CsvTimeFormat.Iso;
        if (digits is 8 or 12 or 14 && (digits == cell.Length || (digits == 8 && cell[8] is (byte)' ' or (byte)'T'))) return CsvTimeFormat.Compact;
        if (digits < cell.Length && cell[digits] != '.') return null;
        return digits switch
        {
            9 or 10 => CsvTimeFormat.EpochSeconds,
            13 => CsvTimeFormat.EpochMilliseconds,
            16 => CsvTimeFormat.EpochMicroseconds,
            19 => CsvTimeFormat.EpochNanoseconds,
            _ => null,
        };
    }

    /// <summary>Reads the common forms at <paramref name="at"/>; the caller checks that a separator follows. False says nothing about the cell.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReadFast(ref byte text, ref nint at, out long instant)
    {
        if (_format == CsvTimeFormat.Iso && TryReadIsoFast(ref text, ref at, out instant)) return true;
        instant = 0;
        return _format >= CsvTimeFormat.EpochSeconds && TryReadEpochFast(ref text, ref at, out instant);
    }

    /// <summary>Reads a whole cell.</summary>
    public TimeResult Read(ReadOnlySpan<byte> cell, out long instant)
    {
        instant = 0;
        if (_format is >= CsvTimeFormat.EpochSeconds and <= CsvTimeFormat.EpochNanoseconds)
        {
            if (!TryReadEpoch(cell, out instant)) return TimeResult.Malformed;
            return _daily ? Finish(_clock.ToLocal(instant), null, true, out instant) : TimeResult.Read;
        }

        if (!TryReadLocal(cell, out var local, out var offset, out var hasTime)) return TimeResult.Malformed;
        return Finish(local, offset, hasTime, out instant);
    }

    /// <summary>Reads a date and a time of day from two cells.</summary>
    public TimeResult Read(ReadOnlySpan<byte> date, ReadOnlySpan<byte> timeOfDay, out long instant)
    {
        instant = 0;
        if (_format == CsvTimeFormat.Custom)
        {
            Span<byte> both = stackalloc byte[128];
            if (date.Length + timeOfDay.Length + 1 > both.Length) return TimeResult.Malformed;
            date.CopyTo(both);
            both[date.Length] = (byte)' ';
            timeOfDay.CopyTo(both[(date.Length + 1)..]);
            return Read(both[..(date.Length + timeOfDay.Length + 1)], out instant);
        }

        if (!TryReadDate(date, out var day) || !TryReadTimeAndOffset(timeOfDay, out var time, out var offset)) return TimeResult.Malformed;
        return Finish(day + time, offset, true, out instant);
    }

    private bool TryReadDate(ReadOnlySpan<byte> cell, out long micros) =>
        _format == CsvTimeFormat.Compact ? CsvDate.TryReadCompact(cell, out micros) : CsvDate.TryReadSeparated(cell, out micros);

    private bool TryReadLocal(ReadOnlySpan<byte> cell, out long local, out long? offset, out bool hasTime)
    {
        (local, offset, hasTime) = (0, null, true);
        if (_format == CsvTimeFormat.Custom)
        {
            var parsed = _pattern!.Parse(Encoding.UTF8.GetString(cell));
            if (!parsed.Success || parsed.Value.Year is < 1900 or > 2199) return false;
            local = (parsed.Value.ToDateTimeUnspecified() - DateTime.UnixEpoch).Ticks / 10;
            return true;
        }

        var dateLength = _format == CsvTimeFormat.Compact ? 8 : 10;
        if (cell.Length < dateLength || !TryReadDate(cell[..dateLength], out local)) return false;
        var rest = cell[dateLength..];
        hasTime = rest.Length > 0;
        if (!hasTime) return true;
        var separator = rest[0];
        if (separator is (byte)'T' or (byte)'t' or (byte)' ') rest = rest[1..];
        else if (_format != CsvTimeFormat.Compact) return false;
        if (!TryReadTimeAndOffset(rest, out var time, out offset)) return false;
        local += time;
        return true;
    }

    private static bool TryReadTimeAndOffset(ReadOnlySpan<byte> text, out long time, out long? offset)
    {
        (time, offset) = (0, null);
        var zone = text.IndexOfAny("Zz+-"u8);
        if (zone < 0) return CsvDate.TryReadTimeOfDay(text, out time);
        if (!CsvDate.TryReadTimeOfDay(text[..zone].TrimEnd((byte)' '), out time) || !CsvDate.TryReadOffset(text[zone..], out var ahead)) return false;
        offset = ahead;
        return true;
    }

    private TimeResult Finish(long local, long? offset, bool hasTime, out long instant)
    {
        if (_daily)
        {
            // a close label of midnight ends the day before
            if (_closeLabels && hasTime) local--;
            instant = local - FloorModulo(local, CsvDate.Day);
            return TimeResult.Read;
        }

        if (offset is { } ahead)
        {
            instant = local - ahead;
            return TimeResult.Read;
        }

        return _clock.ToUtc(local, out instant) switch
        {
            ZoneResult.Unique => TimeResult.Read,
            ZoneResult.Ambiguous => TimeResult.Ambiguous,
            _ => TimeResult.Missing,
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryReadIsoFast(ref byte text, ref nint at, out long instant)
    {
        ref var cell = ref Unsafe.Add(ref text, at);
        instant = 0;
        var head = Unsafe.ReadUnaligned<ulong>(ref cell);
        var tail = Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref cell, 8));
        if ((head != _dateHead || tail != _dateTail) && !TryRememberDate(ref cell)) return false;

        // HH:mm:ss as one word: colons in place, and all else a digit in its range
        var time = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref cell, 11));
        if (Unsafe.Add(ref cell, 10) is not ((byte)'T' or (byte)' ')) return false;
        var length = 19;
        if ((time & 0x0000FF0000FF0000) != 0x00003A00003A0000)
        {
            // HH:mm, as if :00 followed
            time = (time & 0x000000FFFFFFFFFF) | 0x30303A0000000000;
            length = 16;
        }

        var digits = time ^ 0x30303A30303A3030;
        if ((((digits + 0x7676767676767676) | digits) & 0x8080808080808080) != 0) return false;
        var pairs = (digits * 10) + (digits >> 8);
        var hour = (uint)(pairs & 0xFF);
        var minute = (uint)((pairs >> 24) & 0xFF);
        var second = (uint)((pairs >> 48) & 0xFF);
        if ((digits & 0x0000000000FF0000) != 0 || hour > 23 || minute > 59 || second > 59) return false;
        var local = _dateMicros + ((((hour * 60L) + minute) * 60) + second) * CsvDate.Second;
        at += length;
        var zone = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref text, at));
        if ((byte)zone == 'Z')
        {
            at++;
            return TryFinishFast(local, isUtc: true, out instant);
        }

        // +00:00
        var isZero = (zone & 0x0000FFFFFFFFFFFF) == 0x000030303A30302B;
        if (isZero) at += 6;
        return TryFinishFast(local, isZero || _fastZone, out instant);
    }

    /// <summary>Without a second look at what is unusual: daily bars, times that occur twice or never.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryFinishFast(long local, bool isUtc, out long instant)
    {
        instant = local;
        if (_daily) return false;
        return isUtc || _clock.TryToUtcFast(local, out instant);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryRememberDate(ref byte cell)
    {
        Span<byte> date = stackalloc byte[10];
        Unsafe.CopyBlockUnaligned(ref date[0], ref cell, 10);
        if (!CsvDate.TryReadSeparated(date, out var micros)) return false;
        _dateHead = Unsafe.ReadUnaligned<ulong>(ref date[0]);
        _dateTail = Unsafe.ReadUnaligned<ushort>(ref date[8]);
        _dateMicros = micros;
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryReadEpochFast(ref byte text, ref nint at, out long instant)
    {
        const int mostDigits = 19;
        instant = 0;
        if (_daily || _format > CsvTimeFormat.EpochNanoseconds) return false;
        var from = at;
        ulong value = 0;
        uint digit;
        while ((digit = (uint)(Unsafe.Add(ref text, at) - '0')) <= 9 && at - from <= mostDigits)
        {
            value = (value * 10) + digit;
            at++;
        }

        return at > from && at - from <= mostDigits && TryScaleEpoch((Int128)value, out instant);
    }

    /// <summary>Whole or fractional numbers, in the unit of the format.</summary>
    private bool TryReadEpoch(ReadOnlySpan<byte> cell, out long instant)
    {
        instant = 0;
        var point = cell.IndexOf((byte)'.');
        var whole = point < 0 ? cell : cell[..point];
        if (whole.Length is 0 or > 19 || whole.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return false;
        Int128 value = 0;
        foreach (var each in whole) value = (value * 10) + (each - '0');
        if (!TryScaleEpoch(value, out instant)) return false;
        if (point < 0) return true;

        // 1609459200.0 is what tools make of a column of whole numbers; a real fraction belongs to seconds alone
        var fraction = cell[(point + 1)..];
        if (fraction.Length is 0 or > 12 || fraction.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return false;
        if (!fraction.ContainsAnyExcept((byte)'0')) return true;
        if (_format != CsvTimeFormat.EpochSeconds) return false;
        long weight = CsvDate.Second / 10;
        foreach (var each in fraction)
        {
            if (weight == 0 && each != '0') return false;
            instant += (each - '0') * weight;
            weight /= 10;
        }

        return true;
    }

    private bool TryScaleEpoch(Int128 value, out long instant)
    {
        var micros = _format switch
        {
            CsvTimeFormat.EpochSeconds => value * CsvDate.Second,
            CsvTimeFormat.EpochMilliseconds => value * 1000,
            CsvTimeFormat.EpochMicroseconds => value,
            _ => value / 1000,
        };
        const long lastInstant = 7_258_118_400_000_000; // 2200-01-01
        instant = micros < lastInstant ? (long)micros : 0;
        return micros < lastInstant && (_format != CsvTimeFormat.EpochNanoseconds || value % 1000 == 0);
    }

    private static long FloorModulo(long value, long divisor) => ((value % divisor) + divisor) % divisor;
}
