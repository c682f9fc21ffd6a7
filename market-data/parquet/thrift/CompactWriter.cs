using System.Text;

namespace Trading.MarketData.Parquet;

/// <summary>Writes Thrift's compact protocol. Fields of a struct must come in rising order of their number.</summary>
internal sealed class CompactWriter(ByteBuffer output)
{
    private readonly Stack<int> _outer = new();
    private int _last;

    public void I32(int field, int value)
    {
        Field(field, CompactType.I32);
        output.ZigZag(value);
    }

    public void I16(int field, short value)
    {
        Field(field, CompactType.I16);
        output.ZigZag(value);
    }

    public void I64(int field, long value)
    {
        Field(field, CompactType.I64);
        output.ZigZag(value);
    }

    public void Bool(int field, bool value) => Field(field, value ? CompactType.True : CompactType.False);

    public void Text(int field, string value)
    {
        Field(field, CompactType.Binary);
        TextElement(value);
    }

    public void Binary(int field, ReadOnlySpan<byte> value)
    {
        Field(field, CompactType.Binary);
        output.Varint((ulong)value.Length);
        output.Write(value);
    }

    public void List(int field, CompactType element, int count)
    {
        Field(field, CompactType.List);
        if (count < 15)
        {
            output.Write((byte)((count << 4) | (int)element));
            return;
        }

        output.Write((byte)(0xf0 | (int)element));
        output.Varint((ulong)count);
    }

    public void TextElement(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        output.Varint((ulong)bytes.Length);
        output.Write(bytes);
    }

    public void I32Element(int value) => output.ZigZag(value);

    /// <summary>Begins a struct that is a field; <see cref="End"/> ends it.</summary>
    public void Struct(int field)
    {
        Field(field, CompactType.Struct);
        Element();
    }

    /// <summary>Begins a struct that is an element of a list, or the outermost one.</summary>
    public void Element()
    {
        _outer.Push(_last);
        _last = 0;
    }

    public void End()
    {
        output.Write((byte)CompactType.Stop);
        _last = _outer.Pop();
    }

    private void Field(int field, CompactType type)
    {
        var step = field - _last;
        if (step is < 1 or > 15) throw new InvalidOperationException($"field {field} after {_last}");
        output.Write((byte)((step << 4) | (int)type));
        _last = field;
    }
}
