using System.Text;

namespace Trading.MarketData.Parquet;

/// <summary>
/// Pulls values out of Thrift's compact protocol. Nothing in the bytes is trusted: lengths and counts are checked against the bytes that are
/// left, nesting is bounded, and every fault is a <see cref="ParquetException"/>.
/// </summary>
internal ref struct CompactReader(ReadOnlySpan<byte> bytes)
{
    private const int MaxDepth = 32;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    /// <summary>Reads the header of the next field of a struct; false at the struct's end. <paramref name="id"/> is 0 before the first field.</summary>
    public bool NextField(ref int id, out CompactType type)
    {
        var head = Byte();
        type = (CompactType)(head & 15);
        if (type == CompactType.Stop) return false;
        if (type > CompactType.Struct) throw Fault($"field type {(int)type}");
        var step = head >> 4;
        id = step == 0 ? (short)ZigZag() : id + step;
        if (id is < 0 or > short.MaxValue) throw Fault($"field number {id}");
        return true;
    }

    public int I32(CompactType type)
    {
        var value = I64(type);
        if (value is < int.MinValue or > int.MaxValue) throw Fault("a 32-bit integer out of range");
        return (int)value;
    }

    public long I64(CompactType type) => type switch
    {
        CompactType.I16 or CompactType.I32 or CompactType.I64 => ZigZag(),
        CompactType.Byte => (sbyte)Byte(),
        _ => throw Fault($"{type} instead of an integer"),
    };

    /// <summary>A number that counts or measures: never negative.</summary>
    public int Size(CompactType type)
    {
        var value = I32(type);
        return value >= 0 ? value : throw Fault($"the size {value}");
    }

    /// <inheritdoc cref="Size"/>
    public long LongSize(CompactType type)
    {
        var value = I64(type);
        return value >= 0 ? value : throw Fault($"the size {value}");
    }

    public bool Bool(CompactType type) => type switch
    {
        CompactType.True => true,
        CompactType.False => false,
        _ => throw Fault($"{type} instead of a boolean"),
    };

    public ReadOnlySpan<byte> Binary(CompactType type)
    {
        if (type != CompactType.Binary) throw Fault($"{type} instead of bytes");
        var length = Varint();
        if (length > (ulong)(_bytes.Length - Position)) throw Fault($"a length of {length} bytes");
        var value = _bytes.Slice(Position, (int)length);
        Position += (int)length;
        return value;
    }

    public string Text(CompactType type)
    {
        var value = Binary(type);
        try
        {
            return StrictUtf8.GetString(value);
        }
        catch (DecoderFallbackException)
        {
            throw Fault("text that is not UTF-8");
        }
    }

    /// <summary>Reads the header of a list; the count is not larger than the bytes that are left, for every element takes at least one.</summary>
    public int List(CompactType type, CompactType expected)
    {
        var count = AnyList(type, out var element);
        if (count > 0 && element != expected) throw Fault($"a list of {element} instead of {expected}");
        return count;
    }

    public void ExpectStruct(CompactType type)
    {
        if (type != CompactType.Struct) throw Fault($"{type} instead of a struct");
    }

    /// <summary>Passes over a value that is of no interest.</summary>
    public void Skip(CompactType type) => Skip(type, isElement: false, depth: 0);

    public readonly ParquetException Fault(string what) => new($"metadata damaged: {what} at byte {Position}");

    private void Skip(CompactType type, bool isElement, int depth)
    {
        if (depth > MaxDepth) throw Fault("nesting too deep");
        switch (type)
        {
            case CompactType.True or CompactType.False:
                if (isElement) Byte();
                break;
            case CompactType.Byte:
                Byte();
                break;
            case CompactType.I16 or CompactType.I32 or CompactType.I64:
                Varint();
                break;
            case CompactType.Double:
                if (_bytes.Length - Position < 8) throw Fault("the end inside a value");
                Position += 8;
                break;
            case CompactType.Binary:
                Binary(type);
                break;
            case CompactType.List or CompactType.Set:
                var count = AnyList(type, out var element);
                for (var at = 0; at < count; at++) Skip(element, isElement: true, depth + 1);
                break;
            case CompactType.Map:
                SkipMap(depth);
                break;
            case CompactType.Struct:
                var id = 0;
                while (NextField(ref id, out var field)) Skip(field, isElement: false, depth + 1);
                break;
            default:
                throw Fault($"type {(int)type}");
        }
    }

    private void SkipMap(int depth)
    {
        var count = Varint();
        if (count == 0) return;
        if (count > (ulong)(_bytes.Length - Position)) throw Fault($"a map of {count}");
        var types = Byte();
        for (var at = 0UL; at < count; at++)
        {
            Skip((CompactType)(types >> 4), isElement: true, depth + 1);
            Skip((CompactType)(types & 15), isElement: true, depth + 1);
        }
    }

    private int AnyList(CompactType type, out CompactType element)
    {
        if (type is not (CompactType.List or CompactType.Set)) throw Fault($"{type} instead of a list");
        var head = Byte();
        element = (CompactType)(head & 15);
        var count = head >> 4 == 15 ? Varint() : (ulong)(head >> 4);
        if (count > (ulong)(_bytes.Length - Position)) throw Fault($"a list of {count}");
        return (int)count;
    }

    private byte Byte()
    {
        if (Position >= _bytes.Length) throw Fault("the end inside a value");
        return _bytes[Position++];
    }

    private long ZigZag()
    {
        var value = Varint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private ulong Varint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 127) << shift;
            if (next < 128) return value;
        }

        throw Fault("an integer longer than 64 bits");
    }
}
