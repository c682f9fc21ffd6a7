using System.Text;
using Trading.Protocol.Reading;

namespace Trading.Protocol.Tests;

public sealed class MessageReaderTests
{
    private const string Cash = "\"initial_cash\":\"50000.00\"";
    private const string Range = "\"start\":\"2024-07-16T13:30:00Z\",\"end\":\"2024-07-16T20:00:00Z\"";

    internal static ClientMessage Read(string text, bool fractional = false) => MessageReader.Read(Encoding.UTF8.GetBytes(text), fractional);

    private static ClientMessage Create(string fields) => Read($$"""{"type":"create_session","data":{{{fields}}},"request_id":"r"}""");

    private static void AssertFault(ClientMessage message, string code, string? field)
    {
        Assert.NotNull(message.Fault);
        Assert.Equal((code, field), (message.Fault.Code, message.Fault.Field));
    }

    [Theory]
    [Trait("req", "SIM-081")]
    [Trait("req", "SIM-091")]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("[]")]
    [InlineData("3")]
    [InlineData("null")]
    [InlineData("\"tick_ack\"")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("{\"type\":\"disconnect\"} {}")]
    [InlineData("{\"type\":\"disconnect\"} x")]
    [InlineData("{\"type\":\"disconnect\",}")]
    [InlineData("{\"type\":\"disconnect\"}/**/")]
    [InlineData("{'type':'disconnect'}")]
    [InlineData("{\"type\":\"disconnect\",\"type\":\"disconnect\"}")]
    [InlineData("{\"type\":\"disconnect\",\"data\":{},\"data\":{}}")]
    [InlineData("{\"type\":\"disconnect\",\"data\":[]}")]
    [InlineData("{\"type\":\"disconnect\",\"data\":1}")]
    [InlineData("{\"type\":1}")]
    [InlineData("{\"data\":{},\"request_id\":\"r\"}")]
    [InlineData("{\"type\":\"disconnect\",\"x\":\"\\ud800\",\"data\":{\"discard_session\":}}")]
    [InlineData("{\"type\":\"disconnect\",\"x\":[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]}")]
    public void What_is_not_one_JSON_object_with_a_type_is_an_invalid_message(string text) => Assert.Equal(ErrorCodes.InvalidMessage, Read(text).Fault?.Code);

    [Fact]
    [Trait("req", "SIM-091")]
    public void Bytes_that_are_no_UTF8_are_an_invalid_message() =>
        Assert.Equal(ErrorCodes.InvalidMessage, MessageReader.Read([(byte)'{', 0xff, (byte)'}']).Fault?.Code);

    [Theory]
    [Trait("req", "SIM-091")]
    [Trait("req", "SIM-272")]
    [InlineData("{\"type\":\"tick\",\"request_id\":\"r-1\"}")]
    [InlineData("{\"request_id\":\"r-1\",\"type\":\"TICK_ACK\"}")]
    [InlineData("{\"data\":{\"a\":[1,{}]},\"type\":\"\",\"request_id\":\"r-1\"}")]
    public void An_unknown_type_is_named_so_and_keeps_the_request_id(string text)
    {
        var message = Read(text);
        AssertFault(message, ErrorCodes.UnknownMessageType, "type");
        Assert.Equal("r-1", message.RequestId);
    }

    [Theory]
    [Trait("req", "SIM-083")]
    [Trait("req", "SIM-085")]
    [Trait("req", "SIM-086")]
    [Trait("req", "SIM-088")]
    [InlineData("{\"type\":\"query_positions\"}")]
    [InlineData("{\"type\":\"query_positions\",\"data\":{},\"request_id\":null,\"timestamp\":null}")]
    [InlineData("{\"type\":\"query_positions\",\"data\":{\"a\":[{\"b\":1}],\"a\":2},\"user_id\":\"somebody\",\"user_id\":3,\"more\":{\"x\":[]},\"sequence_id\":\"x\"}")]
    [InlineData("  {\"\\u0074ype\":\"query\\u005fpositions\", \"timestamp\":\"2026-02-03T09:15:01+01:00\"}\n")]
    public void Optional_envelope_fields_may_be_absent_and_unknown_ones_are_ignored(string text)
    {
        var message = Read(text);
        Assert.Null(message.Fault);
        Assert.Equal(ClientMessageType.QueryPositions, message.Type);
        Assert.Null(message.RequestId);
        Assert.Null(message.Payload);
    }

    [Theory]
    [Trait("req", "SIM-090")]
    [InlineData("pause_simulation")]
    [InlineData("query_positions")]
    [InlineData("resume_simulation")]
    [InlineData("disconnect")]
    [InlineData("start_simulation")]
    public void Absent_or_null_data_is_an_empty_object_where_nothing_is_required(string type)
    {
        Assert.Null(Read($$"""{"type":"{{type}}"}""").Fault);
        Assert.Null(Read($$"""{"data":null,"type":"{{type}}"}""").Fault);
    }

    [Theory]
    [Trait("req", "SIM-005")]
    [InlineData("\"2026-02-03T09:15:01\"")]
    [InlineData("17")]
    public void An_envelope_time_without_offset_is_refused(string timestamp) =>
        AssertFault(Read($$"""{"type":"query_positions","timestamp":{{timestamp}}}"""), ErrorCodes.InvalidField, "timestamp");

    [Fact]
    [Trait("req", "SIM-084")]
    public void The_request_id_is_kept_wherever_it_stands()
    {
        Assert.Equal("r-1", Read("""{"request_id":"r-1","type":"disconnect"}""").RequestId);
        Assert.Equal("r-1", Read("""{"type":"tick_ack","data":{"sequence_id":0,"processing_status":"x"},"request_id":"r-1"}""").RequestId);
        AssertFault(Read("""{"type":"disconnect","request_id":7}"""), ErrorCodes.InvalidField, "request_id");
        AssertFault(Read($$"""{"type":"disconnect","request_id":"{{new string('x', 257)}}"}"""), ErrorCodes.InvalidField, "request_id");
    }

    [Theory]
    [InlineData("{\"type\":\"tick_ack\",\"data\":{\"sequence_id\":96,\"processing_status\":\"ready\"}}", ProcessingStatusValue.Ready, 0)]
    [InlineData("{\"data\":{\"orders_pending\":3,\"processing_status\":\"READY\",\"sequence_id\":96},\"type\":\"tick_ack\"}", ProcessingStatusValue.Ready, 3)]
    [InlineData("{\"type\":\"tick_ack\",\"data\":{\"sequence_id\":96.0,\"processing_status\":\"Need_Time\",\"orders_pending\":null}}", ProcessingStatusValue.NeedTime, 0)]
    public void An_acknowledgement_is_read_in_any_order_of_fields(string text, ProcessingStatusValue status, int pending) =>
        Assert.Equal(new TickAckData(96, status, pending), Read(text).TickAck);

    [Theory]
    [InlineData("{}", "sequence_id")]
    [InlineData("{\"sequence_id\":0,\"processing_status\":\"ready\"}", "sequence_id")]
    [InlineData("{\"sequence_id\":\"1\",\"processing_status\":\"ready\"}", "sequence_id")]
    [InlineData("{\"sequence_id\":1.5,\"processing_status\":\"ready\"}", "sequence_id")]
    [InlineData("{\"sequence_id\":99999999999,\"processing_status\":\"ready\"}", "sequence_id")]
    [InlineData("{\"sequence_id\":1}", "processing_status")]
    [InlineData("{\"sequence_id\":1,\"processing_status\":\"done\"}", "processing_status")]
    [InlineData("{\"sequence_id\":1,\"processing_status\":[\"ready\"]}", "processing_status")]
    [InlineData("{\"sequence_id\":1,\"processing_status\":\"ready\",\"orders_pending\":-1}", "orders_pending")]
    public void A_faulty_acknowledgement_names_the_field(string data, string field) =>
        AssertFault(Read($$"""{"type":"tick_ack","data":{{data}}}"""), ErrorCodes.InvalidField, field);

    [Fact]
    [Trait("req", "SIM-147")]
    [Trait("req", "SIM-148")]
    public void Start_takes_the_documented_defaults_and_values()
    {
        Assert.Equal(new StartSimulationData(1, AccountUpdateValue.EveryFill, true), Read("""{"type":"start_simulation","data":{}}""").Payload);
        var message = Read("""{"type":"start_simulation","data":{"max_pending_ticks":1000,"account_update_frequency":"On_Demand","flow_control":false}}""");
        Assert.Equal(new StartSimulationData(1000, AccountUpdateValue.OnDemand, false), message.Payload);
    }

    [Theory]
    [Trait("req", "SIM-149")]
    [InlineData("0")]
    [InlineData("1001")]
    [InlineData("-5")]
    [InlineData("1e2")]
    [InlineData("\"3\"")]
    [InlineData("true")]
    public void A_window_outside_1_to_1000_is_refused(string window) =>
        AssertFault(Read($$$"""{"type":"start_simulation","data":{"max_pending_ticks":{{{window}}}}}"""), ErrorCodes.InvalidField, "max_pending_ticks");

    [Fact]
    [Trait("req", "SIM-131")]
    public void Create_takes_the_documented_defaults()
    {
        var data = Assert.IsType<CreateSessionData>(Create($"\"session_id\":\"s\",\"symbols\":[\"NVDA\",\"KO\"],{Range},{Cash}").Payload);
        Assert.Equal(("polygon", "adjusted", 5), (data.DataProvider, data.DataVersion, data.SlippageBps));
        Assert.Equal((Int128)50_000_000_000_000, data.CommissionPerShare);
        Assert.Equal((Int128)50_000 * 10_000_000_000_000_000, data.InitialCash);
        Assert.Equal(["NVDA", "KO"], data.Symbols);
        Assert.Empty(data.Extensions);
        Assert.Null(data.Execution);
    }

    [Fact]
    [Trait("req", "SIM-003")]
    [Trait("req", "SIM-004")]
    public void Numbers_and_texts_and_offsets_create_equal_sessions()
    {
        var written = (CreateSessionData)Create($"\"session_id\":\"s\",\"symbols\":[\"A\"],{Range},\"initial_cash\":\"100000.00\"").Payload!;
        var number = (CreateSessionData)Create("\"session_id\":\"s\",\"symbols\":[\"A\"],\"start\":\"2024-07-16T09:30:00-04:00\",\"end\":\"2024-07-16T20:00:00+00:00\",\"initial_cash\":100000.00").Payload!;
        Assert.Equal(written with { Symbols = [], Extensions = [] }, number with { Symbols = [], Extensions = [] });
        var exact = (CreateSessionData)Create($"\"session_id\":\"s\",\"symbols\":[\"A\"],{Range},\"initial_cash\":0.1000000000000001").Payload!;
        Assert.Equal((Int128)1_000_000_000_000_001, exact.InitialCash);
    }

    [Theory]
    [Trait("req", "SIM-133")]
    [Trait("req", "SIM-135")]
    [Trait("req", "SIM-136")]
    [InlineData("\"session_id\":\"s\"", "\"session_id\":\"\"", "session_id")]
    [InlineData("\"session_id\":\"s\"", "\"session_id\":\"a\\nb\"", "session_id")]
    [InlineData("\"session_id\":\"s\"", "\"session_id\":7", "session_id")]
    [InlineData("\"symbols\":[\"A\"]", "\"symbols\":[]", "symbols")]
    [InlineData("\"symbols\":[\"A\"]", "\"symbols\":[\"A\",\"a\"]", "symbols")]
    [InlineData("\"symbols\":[\"A\"]", "\"symbols\":\"A\"", "symbols")]
    [InlineData("\"symbols\":[\"A\"]", "\"symbols\":[\"A\",[1]]", "symbols")]
    [InlineData("\"slippage_bps\":5", "\"slippage_bps\":-1", "slippage_bps")]
    [InlineData("\"slippage_bps\":5", "\"slippage_bps\":2.5", "slippage_bps")]
    [InlineData("\"commission_per_share\":\"0.005\"", "\"commission_per_share\":\"-0.01\"", "commission_per_share")]
    [InlineData("\"commission_per_share\":\"0.005\"", "\"commission_per_share\":\"5e-3\"", "commission_per_share")]
    [InlineData("\"initial_cash\":\"50000.00\"", "\"initial_cash\":\"0\"", "initial_cash")]
    [InlineData("\"initial_cash\":\"50000.00\"", "\"initial_cash\":\"-1\"", "initial_cash")]
    [InlineData("\"initial_cash\":\"50000.00\"", "\"initial_cash\":\"1e9\"", "initial_cash")]
    [InlineData("\"initial_cash\":\"50000.00\"", "\"initial_cash\":true", "initial_cash")]
    [InlineData("\"initial_cash\":\"50000.00\"", "\"initial_cash\":\"0.00000000000000001\"", "initial_cash")]
    [InlineData("\"start\":\"2024-07-16T13:30:00Z\"", "\"start\":\"2024-07-16T13:30:00\"", "start")]
    [InlineData("\"start\":\"2024-07-16T13:30:00Z\"", "\"start\":\"1969-12-31T13:30:00Z\"", "start")]
    [InlineData("\"end\":\"2024-07-16T20:00:00Z\"", "\"end\":\"2200-01-01T00:00:00Z\"", "end")]
    [InlineData("\"end\":\"2024-07-16T20:00:00Z\"", "\"end\":1721160000", "end")]
    [InlineData("\"extensions\":[]", "\"extensions\":{}", "extensions")]
    [InlineData("\"extensions\":[]", "\"extensions\":[1]", "extensions")]
    [InlineData("\"execution\":null", "\"execution\":[]", "execution")]
    public void A_faulty_field_of_create_is_named(string good, string bad, string field)
    {
        var fields = $"\"session_id\":\"s\",\"symbols\":[\"A\"],{Range},{Cash},\"commission_per_share\":\"0.005\",\"slippage_bps\":5,\"extensions\":[],\"execution\":null";
        Assert.Null(Create(fields).Fault);
        Assert.Contains(good, fields, StringComparison.Ordinal);
        AssertFault(Create(fields.Replace(good, bad, StringComparison.Ordinal)), ErrorCodes.InvalidField, field);
        AssertFault(Create(fields.Replace(good, good + "," + good, StringComparison.Ordinal)), ErrorCodes.InvalidMessage, field);
    }

    [Theory]
    [InlineData("session_id")]
    [InlineData("symbols")]
    [InlineData("start")]
    [InlineData("end")]
    [InlineData("initial_cash")]
    public void Every_required_field_of_create_is_missed(string field)
    {
        var fields = $"\"session_id\":\"s\",\"symbols\":[\"A\"],{Range},{Cash}".Replace($"\"{field}\"", "\"other\"", StringComparison.Ordinal);
        AssertFault(Create(fields), ErrorCodes.InvalidField, field);
    }

    [Fact]
    public void A_session_id_has_1_to_128_printable_characters()
    {
        Assert.Null(Create($"\"session_id\":\"{new string('x', 128)}\",\"symbols\":[\"A\"],{Range},{Cash}").Fault);
        AssertFault(Create($"\"session_id\":\"{new string('x', 129)}\",\"symbols\":[\"A\"],{Range},{Cash}"), ErrorCodes.InvalidField, "session_id");
    }

    [Fact]
    public void Known_extensions_are_kept_once_and_unknown_ones_left_out()
    {
        var data = (CreateSessionData)Create($"\"session_id\":\"s\",\"symbols\":[\"A\"],{Range},{Cash},\"extensions\":[\"report\",\"time_travel\",\"report\",\"batched_ticks\"]").Payload!;
        Assert.Equal(["report", "batched_ticks"], data.Extensions);
    }

    [Fact]
    public void Every_parameter_of_the_execution_model_is_read()
    {
        var data = (CreateSessionData)Create($$"""
            "session_id":"s","symbols":["A"],{{Range}},{{Cash}},"execution":{"execution_timing":"next_close","bar_path":"PESSIMISTIC","limit_fill":"touch",
            "penetration_ticks":2,"latency_ms":10,"latency_jitter_ms":5,"cancel_latency_ms":7,"spread_bps":"1.5","slippage_model":"volume_share","slippage_bps":2.5,
            "price_impact":"0.1","volume_limit":"0.025","volatility_factor":"0.05","volatility_bars":20,"price_rounding":"none","commission_model":"bps",
            "commission_per_share":"0.01","commission_minimum":"1.00","commission_maximum":"0.01","commission_bps":"3","commission_fixed":"0.35","regulatory_fees":true,
            "max_participation":"0.10","account_type":"cash","leverage":"2","max_order_value":"10000","max_position_size":"500","max_gross_exposure":"20000",
            "max_drawdown":"0.2","max_open_orders":10,"max_orders_per_minute":60,"seed":18446744073709551615,"ratio_sampling":"per_tick"}
            """).Payload!;
        var execution = data.Execution!;
        Assert.Equal(("next_close", "pessimistic", "touch", "volume_share", "none", "bps", "cash", "per_tick"), (execution.ExecutionTiming, execution.BarPath, execution.LimitFill, execution.SlippageModel, execution.PriceRounding, execution.CommissionModel, execution.AccountType, execution.RatioSampling));
        Assert.Equal((150_000_000, 250_000_000, 300_000_000), (execution.SpreadBps, execution.SlippageBps, execution.CommissionBps));
        Assert.Equal((25_000_000_000, 100_000_000_000, 2_000_000_000_000, 200_000_000_000), (execution.VolumeLimit, execution.MaxParticipation, execution.Leverage, execution.MaxDrawdown));
        Assert.Equal((2, 10, 5, 7, 20, 10, 60), (execution.PenetrationTicks, execution.LatencyMs, execution.LatencyJitterMs, execution.CancelLatencyMs, execution.VolatilityBars, execution.MaxOpenOrders, execution.MaxOrdersPerMinute));
        Assert.Equal((ulong.MaxValue, true, 50_000_000_000), (execution.Seed, execution.RegulatoryFees, execution.MaxPositionSize));
        Assert.Equal((Int128)10_000_000_000_000_000, execution.CommissionMinimum);
        Assert.All(typeof(ExecutionData).GetProperties(), property => Assert.NotNull(property.GetValue(execution)));
    }

    [Theory]
    [Trait("req", "SIM-331")]
    [InlineData("\"latency\":5", "execution.latency")]
    [InlineData("\"Latency_Ms\":5", "execution.Latency_Ms")]
    [InlineData("\"latency_ms\":-1", "execution.latency_ms")]
    [InlineData("\"latency_ms\":\"fast\"", "execution.latency_ms")]
    [InlineData("\"slippage_model\":\"random\"", "execution.slippage_model")]
    [InlineData("\"leverage\":\"0\"", "execution.leverage")]
    [InlineData("\"leverage\":\"101\"", "execution.leverage")]
    [InlineData("\"max_participation\":\"1.1\"", "execution.max_participation")]
    [InlineData("\"volatility_bars\":0", "execution.volatility_bars")]
    [InlineData("\"regulatory_fees\":\"yes\"", "execution.regulatory_fees")]
    [InlineData("\"seed\":-1", "execution.seed")]
    [InlineData("\"seed\":18446744073709551616", "execution.seed")]
    [InlineData("\"max_order_value\":{}", "execution.max_order_value")]
    public void An_unknown_parameter_or_value_of_the_execution_model_is_refused(string parameter, string field) =>
        AssertFault(Create($"\"session_id\":\"s\",\"symbols\":[\"A\"],{Range},{Cash},\"execution\":{{{parameter}}}"), ErrorCodes.InvalidField, field);

    [Fact]
    public void A_resume_is_read_and_needs_its_two_fields()
    {
        var message = Read("""{"type":"resume_session","data":{"session_id":"mean-rev-17","last_processed_sequence_id":118,"client_state_hash":"sha256:5d0e"}}""");
        Assert.Equal(new ResumeSessionData("mean-rev-17", 118, "sha256:5d0e"), message.Payload);
        AssertFault(Read("""{"type":"resume_session","data":{"session_id":"a"}}"""), ErrorCodes.InvalidField, "last_processed_sequence_id");
        AssertFault(Read("""{"type":"resume_session","data":{"last_processed_sequence_id":0}}"""), ErrorCodes.InvalidField, "session_id");
        AssertFault(Read("""{"type":"resume_session","data":{"session_id":"a","last_processed_sequence_id":-1}}"""), ErrorCodes.InvalidField, "last_processed_sequence_id");
    }

    [Fact]
    [Trait("req", "SIM-129")]
    public void A_session_id_is_reported_from_envelope_or_payload_and_both_must_agree()
    {
        Assert.Equal("a", Read("""{"type":"pause_simulation","data":{"session_id":"a"}}""").SessionId);
        Assert.Equal("a", Read("""{"type":"tick_ack","session_id":"a","data":{"sequence_id":1,"processing_status":"ready"}}""").SessionId);
        AssertFault(Read("""{"type":"pause_simulation","session_id":"b","data":{"session_id":"a"}}"""), ErrorCodes.InvalidField, "session_id");
    }

    [Fact]
    public void Advance_takes_until_or_count_and_stops()
    {
        var message = Read("""{"type":"advance","data":{"count":390,"stop_on":["fill","EOD"]}}""");
        Assert.Equal(new AdvanceData(null, 390, StopOnValues.Fill | StopOnValues.EndOfDay), message.Payload);
        Assert.Equal(new AdvanceData(1_721_136_600_000_000, null, StopOnValues.None), Read("""{"type":"advance","data":{"until":"2024-07-16T13:30:00Z"}}""").Payload);
        AssertFault(Read("""{"type":"advance","data":{"count":1,"until":"2024-07-16T13:30:00Z"}}"""), ErrorCodes.InvalidField, "count");
        AssertFault(Read("""{"type":"advance","data":{"stop_on":["never"]}}"""), ErrorCodes.InvalidField, "stop_on");
    }

    [Fact]
    public void Disconnect_knows_discard()
    {
        Assert.Equal(new DisconnectData(false), Read("""{"type":"disconnect","data":{}}""").Payload);
        Assert.Equal(new DisconnectData(true), Read("""{"type":"disconnect","data":{"discard_session":true}}""").Payload);
        AssertFault(Read("""{"type":"disconnect","data":{"discard_session":"true"}}"""), ErrorCodes.InvalidField, "discard_session");
    }
}
