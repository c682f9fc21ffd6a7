using Trading.Protocol.Text;

namespace Trading.Protocol.Writing;

/// <summary>
/// Writes ticks from columns. Almost everything in a tick repeats from one to the next (the date, the list of trading symbols), so those
/// fragments are kept as bytes and only copied.
/// </summary>
public sealed class TickWriter
{
    private const long MicrosPerDay = 86_400_000_000;
    private readonly byte[][] _symbols;
    private readonly ulong[] _mask;
    private readonly byte[] _date = new byte[10];
    private byte[] _trading = [];
    private bool _hasTrading;
    private long _day = long.MinValue;

    /// <param name="symbols">The session's symbols in the order of the bits of a tick's mask.</param>
    public TickWriter(IReadOnlyList<string> symbols)
    {
        _symbols = new byte[symbols.Count][];
        _mask = new ulong[(symbols.Count + 63) / 64];
        using var json = new JsonText();
        for (var i = 0; i < _symbols.Length; i++)
        {
            json.Clear();
            json.String(symbols[i]);
            _symbols[i] = json.Written.ToArray();
        }
    }

    /// <summary>64-bit words of a mask.</summary>
    public int Words => _mask.Length;

    /// <summary>Writes the payload of <c>tick</c>.</summary>
    /// <param name="micros">Simulated instant, UTC.</param>
    /// <param name="sessionAndEnd">Low 4 bits 1 = pre-market, 2 = regular, 3 = after hours; bit 7 = end of the trading day.</param>
    /// <param name="trading">Bit i = symbol i trades.</param>
    public void Write(JsonText json, long micros, long sequence, byte sessionAndEnd, ReadOnlySpan<ulong> trading)
    {
        json.Raw("{\"sim_time\":\""u8);
        WriteInstant(json, micros);
        json.Raw("\",\"sequence_id\":"u8);
        json.Number(sequence);
        json.Raw((sessionAndEnd & 15) switch
        {
            1 => ",\"market_session\":\"pre_market\",\"symbols_trading\":"u8,
            3 => ",\"market_session\":\"after_hours\",\"symbols_trading\":"u8,
            _ => ",\"market_session\":\"regular\",\"symbols_trading\":"u8,
        });
        if (!_hasTrading || !trading.SequenceEqual(_mask)) Remember(trading);
        json.Raw(_trading);
        json.Raw((sessionAndEnd & 128) != 0 ? ",\"is_eod\":true}"u8 : ",\"is_eod\":false}"u8);
    }

    private void WriteInstant(JsonText json, long micros)
    {
        var day = Math.DivRem(micros, MicrosPerDay, out var inDay);
        if (day != _day) RememberDay(day, micros);
        var span = json.GetSpan(InstantText.MaximumLength);
        _date.CopyTo(span);
        json.Advance(10 + InstantText.FormatTimeOfDay(span[10..], inDay));
    }

    private void RememberDay(long day, long micros)
    {
        // the simulation's range starts in 1970 or later, so the day is never negative
        ArgumentOutOfRangeException.ThrowIfNegative(micros);
        InstantText.WriteDate(_date, new DateOnly(1970, 1, 1).AddDays((int)day));
        _day = day;
    }

    private void Remember(ReadOnlySpan<ulong> trading)
    {
        trading.CopyTo(_mask);
        using var json = new JsonText();
        json.Raw((byte)'[');
        var first = true;
        for (var i = 0; i < _symbols.Length; i++)
        {
            if ((trading[i >> 6] & (1ul << (i & 63))) == 0) continue;
            if (!first) json.Raw((byte)',');
            first = false;
            json.Raw(_symbols[i]);
        }

        json.Raw((byte)']');
        _trading = json.Written.ToArray();
        _hasTrading = true;
    }
}

/// <summary>Messages that carry ticks.</summary>
public sealed partial class MessageWriter
{
    /// <summary>One <c>tick</c>.</summary>
    public void Tick(TickWriter ticks, long micros, long sequence, byte sessionAndEnd, ReadOnlySpan<ulong> trading, string? requestId)
    {
        Json.Raw("{\"type\":\"tick\",\"data\":"u8);
        ticks.Write(Json, micros, sequence, sessionAndEnd, trading);
        EndEnvelope(requestId, ++Sequence);
    }

    /// <summary>One <c>ticks</c> message of the extension <c>batched_ticks</c>, from columns of equal length.</summary>
    public void Ticks(TickWriter ticks, ReadOnlySpan<long> micros, long firstSequence, ReadOnlySpan<byte> sessionsAndEnds, ReadOnlySpan<ulong> trading, string? requestId)
    {
        Json.Raw("{\"type\":\"ticks\",\"data\":{\"ticks\":["u8);
        var words = ticks.Words;
        for (var i = 0; i < micros.Length; i++)
        {
            if (i > 0) Json.Raw((byte)',');
            ticks.Write(Json, micros[i], firstSequence + i, sessionsAndEnds[i], trading.Slice(i * words, words));
        }

        Json.Raw((byte)']');
        EndNumbered(requestId);
    }
}
