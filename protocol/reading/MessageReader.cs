using System.Text.Json;
using System.Text.Unicode;

namespace Trading.Protocol.Reading;

/// <summary>Reads client messages: one JSON object with the envelope of section 7, checked for form in one pass over its tokens.</summary>
/// <remarks>
/// Never throws for anything a client can send. Unknown fields are ignored (SIM-088); a known field given twice, text after the object, comments,
/// trailing commas and nesting deeper than <see cref="MaximumDepth"/> are not JSON for this protocol (SIM-091).
/// </remarks>
public static class MessageReader
{
    /// <summary>Deepest nesting of objects and lists.</summary>
    public const int MaximumDepth = 16;

    /// <summary>Longest <c>request_id</c> in characters.</summary>
    public const int MaximumRequestIdLength = 256;

    /// <summary>Most orders in one batch (SIM-O19).</summary>
    public const int MaximumOrders = 1000;

    /// <summary>Largest <c>max_pending_ticks</c> (SIM-O15).</summary>
    public const int MaximumPendingTicks = 1000;

    /// <param name="utf8">The whole text message.</param>
    /// <param name="fractionalQuantity">Whether the session runs with the extension <c>fractional_quantity</c>.</param>
    public static ClientMessage Read(ReadOnlySpan<byte> utf8, bool fractionalQuantity = false)
    {
        if (!Utf8.IsValid(utf8)) return Unreadable("not valid UTF-8");
        try
        {
            return ReadEnvelope(utf8, fractionalQuantity);
        }
        catch (JsonException)
        {
            return Unreadable("not a JSON object");
        }
        catch (InvalidOperationException)
        {
            return Unreadable("a text holds half of a surrogate pair");
        }
    }

    /// <summary>A message of which nothing could be read.</summary>
    public static ClientMessage Unreadable(string why) => new() { Fault = new MessageFault(ErrorCodes.InvalidMessage, $"The message is {why}", null) };

    private static ClientMessage ReadEnvelope(ReadOnlySpan<byte> utf8, bool fractionalQuantity)
    {
        var reader = new PayloadReader(utf8, fractionalQuantity, MaximumDepth);
        if (!reader.Read() || reader.Token != JsonTokenType.StartObject)
        {
            reader.SkipCurrent();
            while (reader.Read()) { }
            return Unreadable("not a JSON object");
        }

        var envelope = default(Envelope);
        while (reader.NextProperty()) ReadField(ref reader, ref envelope);
        while (reader.Read()) { }
        return Finish(utf8, ref reader, ref envelope);
    }

    private static void ReadField(ref PayloadReader reader, ref Envelope envelope)
    {
        if (reader.Is("type"u8))
        {
            reader.Once(ref envelope.Seen, 0, "type");
            reader.Read();
            envelope.Type = TypeOf(ref reader, ref envelope);
            reader.SkipCurrent();
        }
        else if (reader.Is("data"u8))
        {
            reader.Once(ref envelope.Seen, 1, "data");
            reader.Read();
            ReadData(ref reader, ref envelope);
        }
        else if (reader.Is("request_id"u8))
        {
            reader.Once(ref envelope.Seen, 2, "request_id");
            envelope.RequestId = reader.OptionalText("request_id", MaximumRequestIdLength);
        }
        else if (reader.Is("timestamp"u8))
        {
            reader.Once(ref envelope.Seen, 3, "timestamp");
            _ = reader.Instant("timestamp");
        }
        else if (reader.Is("session_id"u8))
        {
            reader.Once(ref envelope.Seen, 4, "session_id");
            envelope.SessionId = reader.Id("session_id");
        }
        else
        {
            reader.SkipValue();
        }
    }

    private static void ReadData(ref PayloadReader reader, ref Envelope envelope)
    {
        envelope.DataStart = reader.Offset;
        if (reader.Token == JsonTokenType.Null)
        {
            envelope.DataStart = -1;
        }
        else if (reader.Token != JsonTokenType.StartObject)
        {
            reader.SkipCurrent();
            reader.Fail(ErrorCodes.InvalidMessage, "data is an object", "data");
        }
        else if (envelope.Type != ClientMessageType.None)
        {
            PayloadReaders.Read(ref reader, envelope.Type, ref envelope.Content);
            envelope.DataRead = true;
        }
        else
        {
            reader.SkipCurrent();
            envelope.DataEnd = reader.Consumed;
        }
    }

    private static ClientMessage Finish(ReadOnlySpan<byte> utf8, ref PayloadReader reader, ref Envelope envelope)
    {
        var fault = reader.Fault;
        var sessionId = reader.SessionId ?? envelope.SessionId;
        if (fault is null || fault.Code != ErrorCodes.InvalidMessage) fault = TypeFault(ref envelope) ?? fault;
        if (fault is null && !envelope.DataRead)
        {
            var late = new PayloadReader(envelope.DataEnd > 0 ? utf8[envelope.DataStart..envelope.DataEnd] : "{}"u8, reader.FractionalQuantity, MaximumDepth);
            late.Read();
            PayloadReaders.Read(ref late, envelope.Type, ref envelope.Content);
            fault = late.Fault;
            sessionId = late.SessionId ?? sessionId;
        }

        if (fault is null && envelope.SessionId is not null && reader.SessionId is not null && envelope.SessionId != reader.SessionId)
        {
            fault = new MessageFault(ErrorCodes.InvalidField, "session_id: the envelope and the payload disagree", "session_id");
        }

        return fault is not null
            ? new ClientMessage { Type = envelope.Type, RequestId = envelope.RequestId, Fault = fault }
            : new ClientMessage { Type = envelope.Type, RequestId = envelope.RequestId, SessionId = sessionId, TickAck = envelope.Content.TickAck, Payload = envelope.Content.Payload };
    }

    private static MessageFault? TypeFault(ref Envelope envelope)
    {
        if (envelope.Type != ClientMessageType.None) return null;
        return envelope.UnknownType
            ? new MessageFault(ErrorCodes.UnknownMessageType, "This type of message is unknown", "type")
            : new MessageFault(ErrorCodes.InvalidMessage, "The message has no type", "type");
    }

    private static ClientMessageType TypeOf(ref PayloadReader reader, ref Envelope envelope)
    {
        if (reader.Token != JsonTokenType.String) return ClientMessageType.None;
        if (reader.Is("tick_ack"u8)) return ClientMessageType.TickAck;
        if (reader.Is("order_batch"u8)) return ClientMessageType.OrderBatch;
        if (reader.Is("create_session"u8)) return ClientMessageType.CreateSession;
        if (reader.Is("start_simulation"u8)) return ClientMessageType.StartSimulation;
        if (reader.Is("resume_session"u8)) return ClientMessageType.ResumeSession;
        if (reader.Is("pause_simulation"u8)) return ClientMessageType.PauseSimulation;
        if (reader.Is("query_positions"u8)) return ClientMessageType.QueryPositions;
        if (reader.Is("resume_simulation"u8)) return ClientMessageType.ResumeSimulation;
        if (reader.Is("disconnect"u8)) return ClientMessageType.Disconnect;
        if (reader.Is("cancel_orders"u8)) return ClientMessageType.CancelOrders;
        if (reader.Is("replace_order"u8)) return ClientMessageType.ReplaceOrder;
        if (reader.Is("advance"u8)) return ClientMessageType.Advance;
        envelope.UnknownType = true;
        return ClientMessageType.None;
    }

    private struct Envelope
    {
        internal uint Seen;
        internal ClientMessageType Type;
        internal bool UnknownType;
        internal string? RequestId;
        internal string? SessionId;
        internal int DataStart;
        internal int DataEnd;
        internal bool DataRead;
        internal PayloadContent Content;
    }
}

/// <summary>What a payload reader made.</summary>
internal struct PayloadContent
{
    internal TickAckData TickAck;
    internal object? Payload;
}
