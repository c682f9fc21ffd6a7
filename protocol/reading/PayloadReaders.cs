using Trading.Protocol.Text;

namespace Trading.Protocol.Reading;

/// <summary>One reader per payload of a client message. Each is entered on the payload's opening brace and leaves on its closing one.</summary>
internal static class PayloadReaders
{
    private const long EarliestMicros = 0;
    private const long LatestMicros = 7_258_118_400_000_000; // 2200-01-01Z: far beyond any bar, far from overflow
    private static readonly string[] Statuses = ["ready", "processing", "need_time"];
    private static readonly string[] Frequencies = ["every_fill", "every_tick", "on_demand"];
    private static readonly string[] Stops = ["fill", "order_update", "eod"];

    /// <summary>Largest money value in 10⁻¹⁶ (docs/execution.md section 1).</summary>
    internal static Int128 MaximumMoney { get; } = Int128.Parse("10000000000000000000000000000000000", System.Globalization.CultureInfo.InvariantCulture);

    internal static void Read(ref PayloadReader reader, ClientMessageType type, ref PayloadContent content)
    {
        switch (type)
        {
            case ClientMessageType.TickAck: content.TickAck = ReadTickAck(ref reader); break;
            case ClientMessageType.OrderBatch: content.Payload = OrderReaders.ReadBatch(ref reader); break;
            case ClientMessageType.CreateSession: content.Payload = CreateSessionReader.Read(ref reader); break;
            case ClientMessageType.StartSimulation: content.Payload = ReadStart(ref reader); break;
            case ClientMessageType.ResumeSession: content.Payload = ReadResume(ref reader); break;
            case ClientMessageType.Disconnect: content.Payload = ReadDisconnect(ref reader); break;
            case ClientMessageType.CancelOrders: content.Payload = OrderReaders.ReadCancel(ref reader); break;
            case ClientMessageType.ReplaceOrder: content.Payload = OrderReaders.ReadReplace(ref reader); break;
            case ClientMessageType.Advance: content.Payload = ReadAdvance(ref reader); break;
            default: ReadEmpty(ref reader); break;
        }
    }

    /// <summary>Handles a field that no payload names itself: <c>session_id</c> (SIM-129), or one to ignore.</summary>
    internal static void Other(ref PayloadReader reader)
    {
        if (reader.Is("session_id"u8)) reader.ReadSessionId();
        else reader.SkipValue();
    }

    internal static long? SimulatedInstant(ref PayloadReader reader, string field)
    {
        var micros = reader.Instant(field);
        if (micros is < EarliestMicros or >= LatestMicros) reader.Invalid(field, "a time in the years 1970 to 2199 is expected");
        return micros;
    }

    private static TickAckData ReadTickAck(ref PayloadReader reader)
    {
        uint seen = 0;
        long? sequence = null;
        var status = -1;
        long pending = 0;
        while (reader.NextProperty())
        {
            if (reader.Is("sequence_id"u8))
            {
                reader.Once(ref seen, 0, "sequence_id");
                sequence = reader.Whole("sequence_id", 1, int.MaxValue);
            }
            else if (reader.Is("processing_status"u8))
            {
                reader.Once(ref seen, 1, "processing_status");
                status = reader.Choice("processing_status", Statuses);
            }
            else if (reader.Is("orders_pending"u8))
            {
                reader.Once(ref seen, 2, "orders_pending");
                pending = reader.Whole("orders_pending", 0, 1_000_000) ?? 0;
            }
            else
            {
                Other(ref reader);
            }
        }

        if (sequence is null) reader.Invalid("sequence_id", "missing");
        if (status < 0) reader.Invalid("processing_status", "missing");
        return new TickAckData(sequence ?? 0, (ProcessingStatusValue)Math.Max(status, 0), (int)pending);
    }

    private static StartSimulationData ReadStart(ref PayloadReader reader)
    {
        uint seen = 0;
        var window = 1L;
        var frequency = 0;
        var flowControl = true;
        while (reader.NextProperty())
        {
            if (reader.Is("max_pending_ticks"u8))
            {
                reader.Once(ref seen, 0, "max_pending_ticks");
                window = reader.Whole("max_pending_ticks", 1, MessageReader.MaximumPendingTicks) ?? 1;
            }
            else if (reader.Is("account_update_frequency"u8))
            {
                reader.Once(ref seen, 1, "account_update_frequency");
                frequency = Math.Max(reader.Choice("account_update_frequency", Frequencies), 0);
            }
            else if (reader.Is("flow_control"u8))
            {
                reader.Once(ref seen, 2, "flow_control");
                flowControl = reader.Boolean("flow_control") ?? true;
            }
            else
            {
                Other(ref reader);
            }
        }

        return new StartSimulationData((int)window, (AccountUpdateValue)frequency, flowControl);
    }

    private static ResumeSessionData ReadResume(ref PayloadReader reader)
    {
        uint seen = 0;
        long? last = null;
        string? hash = null;
        while (reader.NextProperty())
        {
            if (reader.Is("last_processed_sequence_id"u8))
            {
                reader.Once(ref seen, 0, "last_processed_sequence_id");
                last = reader.Whole("last_processed_sequence_id", 0, int.MaxValue);
            }
            else if (reader.Is("client_state_hash"u8))
            {
                reader.Once(ref seen, 1, "client_state_hash");
                hash = reader.OptionalText("client_state_hash", 256);
            }
            else
            {
                Other(ref reader);
            }
        }

        if (reader.SessionId is null) reader.Invalid("session_id", "missing");
        if (last is null) reader.Invalid("last_processed_sequence_id", "missing");
        return new ResumeSessionData(reader.SessionId ?? "", last ?? 0, hash);
    }

    private static DisconnectData ReadDisconnect(ref PayloadReader reader)
    {
        uint seen = 0;
        var discard = false;
        while (reader.NextProperty())
        {
            if (reader.Is("discard_session"u8))
            {
                reader.Once(ref seen, 0, "discard_session");
                discard = reader.Boolean("discard_session") ?? false;
            }
            else
            {
                Other(ref reader);
            }
        }

        return new DisconnectData(discard);
    }

    private static AdvanceData ReadAdvance(ref PayloadReader reader)
    {
        uint seen = 0;
        long? until = null;
        long? count = null;
        var stops = StopOnValues.None;
        while (reader.NextProperty())
        {
            if (reader.Is("until"u8))
            {
                reader.Once(ref seen, 0, "until");
                until = SimulatedInstant(ref reader, "until");
            }
            else if (reader.Is("count"u8))
            {
                reader.Once(ref seen, 1, "count");
                count = reader.Whole("count", 1, 10_000_000);
            }
            else if (reader.Is("stop_on"u8))
            {
                reader.Once(ref seen, 2, "stop_on");
                stops = ReadStops(ref reader);
            }
            else
            {
                Other(ref reader);
            }
        }

        if (until is not null && count is not null) reader.Invalid("count", "either until or count is expected, not both");
        return new AdvanceData(until, (int?)count, stops);
    }

    private static StopOnValues ReadStops(ref PayloadReader reader)
    {
        var stops = StopOnValues.None;
        if (!reader.EnterArray("stop_on")) return stops;
        while (reader.NextElement())
        {
            var index = reader.CurrentChoice(Stops);
            reader.SkipCurrent();
            if (index < 0) reader.Invalid("stop_on", "a list of fill, order_update and eod is expected");
            else stops |= (StopOnValues)(1 << index);
        }

        return stops;
    }

    private static void ReadEmpty(ref PayloadReader reader)
    {
        while (reader.NextProperty()) Other(ref reader);
    }
}
