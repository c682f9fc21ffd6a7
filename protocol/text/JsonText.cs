using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;

namespace Trading.Protocol.Text;

/// <summary>
/// UTF-8 JSON, appended to one rented buffer that holds any number of finished frames. Structure (commas, braces) is the caller's, as literals; this
/// type only guarantees that values are well-formed.
/// </summary>
/// <remarks>Not safe for concurrent use. <see cref="Dispose"/> returns the buffer; memory handed out is invalid from the next append on.</remarks>
public sealed class JsonText : IBufferWriter<byte>, IDisposable
{
    private static readonly SearchValues<char> Escaped = SearchValues.Create("\"\\\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f\u007f");
    private const int Smallest = 4096;
    private readonly List<int> _ends = [];
    private byte[] _buffer = [];
    private int _at;
    private int _expected;

    /// <param name="capacity">First size of the buffer in bytes, which is rented with the first append; it grows as needed.</param>
    public JsonText(int capacity = Smallest) => _expected = capacity;

    /// <summary>Finished frames.</summary>
    public int FrameCount => _ends.Count;

    /// <summary>Bytes appended since the last <see cref="Clear"/>.</summary>
    public int Length => _at;

    /// <summary>Everything appended since the last <see cref="Clear"/>.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _at);

    /// <summary>The bytes of one finished frame.</summary>
    public ReadOnlyMemory<byte> Frame(int index)
    {
        var start = index == 0 ? 0 : _ends[index - 1];
        return _buffer.AsMemory(start, _ends[index] - start);
    }

    /// <summary>What was appended since the last frame ended is a frame.</summary>
    public void EndFrame() => _ends.Add(_at);

    /// <summary>Forgets all content and gives the buffer back, so that a connection that says nothing holds none; the next one is as large as was needed.</summary>
    /// <param name="expectAtMost">Above this size in bytes what was needed was an exception.</param>
    public void Clear(int expectAtMost = 1 << 20)
    {
        _expected = _at <= expectAtMost ? Math.Max(_at, Smallest) : Smallest;
        Dispose();
    }

    public void Dispose()
    {
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _at = 0;
        _ends.Clear();
    }

    public void Advance(int count) => _at += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _buffer.AsMemory(_at);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsSpan(_at);
    }

    /// <summary>Appends text that is JSON already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Raw(scoped ReadOnlySpan<byte> json)
    {
        Reserve(json.Length);
        json.CopyTo(_buffer.AsSpan(_at));
        _at += json.Length;
    }

    public void Raw(byte json)
    {
        Reserve(1);
        _buffer[_at++] = json;
    }

    /// <summary>Appends JSON that came as UTF-16.</summary>
    public void RawText(string json)
    {
        Reserve(Encoding.UTF8.GetMaxByteCount(json.Length));
        _at += Encoding.UTF8.GetBytes(json, _buffer.AsSpan(_at));
    }

    public void Number(long value)
    {
        Reserve(20);
        Utf8Formatter.TryFormat(value, _buffer.AsSpan(_at), out var written);
        _at += written;
    }

    public void Boolean(bool value) => Raw(value ? "true"u8 : "false"u8);

    /// <summary>A JSON string, or <c>null</c>.</summary>
    public void String(string? value)
    {
        if (value is null)
        {
            Raw("null"u8);
            return;
        }

        Reserve((value.Length * 3) + 2);
        _buffer[_at++] = (byte)'"';
        if (value.AsSpan().IndexOfAny(Escaped) < 0) Transcode(value);
        else Escape(value);
        Raw((byte)'"');
    }

    /// <summary>A decimal as a JSON string (SIM-001).</summary>
    public void Decimal(Int128 value, int scale, int minimumDecimals)
    {
        Reserve(DecimalText.MaximumLength + 2);
        _buffer[_at++] = (byte)'"';
        _at += DecimalText.Format(_buffer.AsSpan(_at), value, scale, minimumDecimals);
        _buffer[_at++] = (byte)'"';
    }

    /// <summary>Money in 10⁻¹⁶: exact, at least two decimals.</summary>
    public void Money(Int128 value) => Decimal(value, DecimalText.MoneyScale, 2);

    /// <summary>A price in 10⁻⁸: exact, at least two decimals.</summary>
    public void Price(long value) => Decimal(value, DecimalText.PriceScale, 2);

    /// <summary>An instant as a JSON string (SIM-002).</summary>
    public void Instant(long micros)
    {
        Reserve(InstantText.MaximumLength + 2);
        _buffer[_at++] = (byte)'"';
        _at += InstantText.Format(_buffer.AsSpan(_at), micros);
        _buffer[_at++] = (byte)'"';
    }

    private void Transcode(ReadOnlySpan<char> value)
    {
        Utf8.FromUtf16(value, _buffer.AsSpan(_at), out _, out var written, replaceInvalidSequences: true);
        _at += written;
    }

    private void Escape(ReadOnlySpan<char> value)
    {
        while (!value.IsEmpty)
        {
            Reserve((value.Length * 3) + 8);
            var next = value.IndexOfAny(Escaped);
            if (next < 0)
            {
                Transcode(value);
                return;
            }

            Transcode(value[..next]);
            EscapeOne(value[next]);
            value = value[(next + 1)..];
        }
    }

    private void EscapeOne(char character)
    {
        switch (character)
        {
            case '"': Raw("\\\""u8); break;
            case '\\': Raw("\\\\"u8); break;
            case '\n': Raw("\\n"u8); break;
            case '\r': Raw("\\r"u8); break;
            case '\t': Raw("\\t"u8); break;
            default:
                Raw("\\u00"u8);
                Raw("0123456789abcdef"u8[character >> 4]);
                Raw("0123456789abcdef"u8[character & 15]);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Reserve(int bytes)
    {
        if (bytes > _buffer.Length - _at) Grow(bytes);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int bytes)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(_buffer.Length * 2, _expected), checked(_at + bytes)));
        _buffer.AsSpan(0, _at).CopyTo(larger);
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
