using System.Numerics;
using System.Runtime.CompilerServices;
using Trading.Protocol.Text;

namespace Trading.Protocol.Writing;

/// <summary>Writes every server message of sections 8 and 26 as one frame each into a <see cref="JsonText"/>, all fields always (SIM-D19).</summary>
/// <remarks>
/// <see cref="Timestamp"/> is the envelope's time for the messages to come; a caller sets it once per flush. A message with a list is written as Begin,
/// items, End. Not safe for concurrent use.
/// </remarks>
public sealed partial class MessageWriter(JsonText json)
{
    private bool _first;

    /// <summary>Where the messages go.</summary>
    public JsonText Json { get; } = json;

    /// <summary>Envelope <c>timestamp</c>, microseconds UTC (SIM-082).</summary>
    public long Timestamp { get; set; }

    /// <summary>Envelope <c>sequence_id</c> of the last session message; 0 before the first (SIM-087).</summary>
    public long Sequence { get; set; }

    /// <summary>Writes quantities as decimals (extension <c>fractional_quantity</c>).</summary>
    public bool FractionalQuantity { get; set; }

    /// <summary>Folds <c>rate_limit</c> into <c>connection</c> (SIM-280).</summary>
    public bool CoreErrorTypes { get; set; }

    public void ConnectionReady(in ConnectionReadyData data)
    {
        Json.Raw("{\"type\":\"connection_ready\",\"data\":{\"user_id\":"u8);
        Json.String(data.UserId);
        Json.Raw(",\"plan\":"u8);
        Json.String(data.Plan);
        Json.Raw(",\"server_time\":"u8);
        Json.Instant(data.ServerTime);
        Json.Raw(",\"connection_expires_at\":"u8);
        Json.Instant(data.ConnectionExpiresAt);
        Json.Raw(",\"idle_timeout_sec\":"u8);
        Json.Number(data.IdleTimeoutSec);
        Json.Raw(",\"max_simulation_duration_sec\":"u8);
        Json.Number(data.MaxSimulationDurationSec);
        Json.Raw(",\"concurrent_connections_limit\":"u8);
        Json.Number(data.ConcurrentConnectionsLimit);
        Json.Raw(",\"supported_features\":"u8);
        Strings(data.SupportedFeatures);
        EndUnnumbered(null);
    }

    public void ConnectionWarning(in ConnectionWarningData data)
    {
        Json.Raw("{\"type\":\"connection_warning\",\"data\":{\"warning_type\":"u8);
        Json.String(data.WarningType);
        Json.Raw(",\"message\":"u8);
        Json.String(data.Message);
        Json.Raw(",\"expires_at\":"u8);
        if (data.ExpiresAt is { } expires) Json.Instant(expires);
        else Json.Raw("null"u8);
        Json.Raw(",\"action_required\":"u8);
        Json.String(data.ActionRequired);
        Json.Raw(",\"seconds_remaining\":"u8);
        NumberOrNull(data.SecondsRemaining);
        EndUnnumbered(null);
    }

    public void ConnectionClosing(in ConnectionClosingData data)
    {
        Json.Raw("{\"type\":\"connection_closing\",\"data\":{\"reason\":"u8);
        Json.String(data.Reason);
        Json.Raw(",\"message\":"u8);
        Json.String(data.Message);
        Json.Raw(",\"close_code\":"u8);
        Json.Number(data.CloseCode);
        Json.Raw(",\"reconnect_allowed\":"u8);
        Json.Boolean(data.ReconnectAllowed);
        Json.Raw(",\"session_state\":"u8);
        Json.String(data.SessionState);
        EndUnnumbered(null);
    }

    public void BeginSessionCreated(string sessionId, int estimatedTicks, IEnumerable<string> symbolsLoaded)
    {
        Json.Raw("{\"type\":\"session_created\",\"data\":{\"session_id\":"u8);
        Json.String(sessionId);
        Json.Raw(",\"estimated_ticks\":"u8);
        Json.Number(estimatedTicks);
        Json.Raw(",\"symbols_loaded\":"u8);
        Strings(symbolsLoaded);
        Json.Raw(",\"data_range_actual\":{"u8);
        _first = true;
    }

    /// <param name="start">Microseconds UTC; 0 with no candles is written as null. The same for <paramref name="end"/>.</param>
    public void DataRange(string symbol, long start, long end, int candles, int missingCandles)
    {
        Comma();
        Json.String(symbol);
        Json.Raw(":{\"start\":"u8);
        InstantOrNull(start);
        Json.Raw(",\"end\":"u8);
        InstantOrNull(end);
        Json.Raw(",\"candles\":"u8);
        Json.Number(candles);
        Json.Raw(",\"missing_candles\":"u8);
        Json.Number(missingCandles);
        Json.Raw((byte)'}');
    }

    public void EndSessionCreated(string? requestId)
    {
        Json.Raw((byte)'}');
        EndNumbered(requestId);
    }

    /// <param name="startedAt">Microseconds UTC.</param>
    public void SimulationStarted(string sessionId, long startedAt, int estimatedDurationSec, int tickIntervalMs, bool flowControl, string? requestId)
    {
        Json.Raw("{\"type\":\"simulation_started\",\"data\":{\"session_id\":"u8);
        Json.String(sessionId);
        Json.Raw(",\"started_at\":"u8);
        Json.Instant(startedAt);
        Json.Raw(",\"estimated_duration_sec\":"u8);
        Json.Number(estimatedDurationSec);
        Json.Raw(",\"tick_interval_ms\":"u8);
        Json.Number(tickIntervalMs);
        Json.Raw(",\"flow_control_enabled\":"u8);
        Json.Boolean(flowControl);
        EndNumbered(requestId);
    }

    public void Status(bool resumed, in SimulationStatusData data, string? requestId)
    {
        Json.Raw(resumed ? "{\"type\":\"simulation_resumed\",\"data\":{\"session_id\":"u8 : "{\"type\":\"simulation_paused\",\"data\":{\"session_id\":"u8);
        Json.String(data.SessionId);
        Json.Raw(",\"state\":"u8);
        Json.String(data.State);
        Json.Raw(",\"sim_time\":"u8);
        InstantOrNull(data.SimTime);
        Json.Raw(",\"sequence_id\":"u8);
        Json.Number(data.SequenceId);
        Json.Raw(",\"ticks_completed\":"u8);
        Json.Number(data.TicksCompleted);
        Json.Raw(",\"estimated_ticks\":"u8);
        Json.Number(data.EstimatedTicks);
        Json.Raw(",\"progress_pct\":"u8);
        // cut off, not rounded: 100.00 is only ever shown when everything is done
        var hundredths = data.EstimatedTicks == 0 ? 10_000 : Math.Min((long)data.TicksCompleted * 10_000 / data.EstimatedTicks, 10_000);
        Json.Decimal(hundredths, 2, 2);
        EndNumbered(requestId);
    }

    public void SimulationAdvanced(int sequenceId, long simTime, string stoppedBy, string? requestId)
    {
        Json.Raw("{\"type\":\"simulation_advanced\",\"data\":{\"sequence_id\":"u8);
        Json.Number(sequenceId);
        Json.Raw(",\"sim_time\":"u8);
        InstantOrNull(simTime);
        Json.Raw(",\"stopped_by\":"u8);
        Json.String(stoppedBy);
        EndNumbered(requestId);
    }

    /// <param name="payload">The payload as a JSON object, made by the engine's report.</param>
    public void SimulationReport(string payload, string? requestId)
    {
        Json.Raw("{\"type\":\"simulation_report\",\"data\":"u8);
        Json.RawText(payload);
        EndEnvelope(requestId, ++Sequence);
    }

    public void SimulationComplete(in SimulationCompleteData data, string? requestId)
    {
        Json.Raw("{\"type\":\"simulation_complete\",\"data\":{\"session_id\":"u8);
        Json.String(data.SessionId);
        Json.Raw(",\"final_equity\":"u8);
        Json.Money(data.FinalEquity);
        Json.Raw(",\"total_return_pct\":"u8);
        Json.Decimal(ReturnPercent(data.InitialCash, data.FinalEquity), 6, 2);
        Json.Raw(",\"total_trades\":"u8);
        Json.Number(data.TotalTrades);
        Json.Raw(",\"winning_trades\":"u8);
        Json.Number(data.WinningTrades);
        Json.Raw(",\"total_commission\":"u8);
        Json.Money(data.TotalCommission);
        Json.Raw(",\"max_drawdown_pct\":"u8);
        Json.Decimal((Int128)decimal.Round(data.MaxDrawdown * 100_000_000m, MidpointRounding.ToEven), 6, 2);
        Json.Raw(",\"sharpe_ratio\":"u8);
        Ratio(data.Sharpe);
        Json.Raw(",\"sortino_ratio\":"u8);
        Ratio(data.Sortino);
        Json.Raw(",\"calmar_ratio\":"u8);
        Ratio(data.Calmar);
        Json.Raw(",\"simulation_duration_sec\":"u8);
        Json.Number(data.DurationSec);
        EndNumbered(requestId);
    }

    /// <summary>(final − initial) / initial in percent, in 10⁻⁶, half to even.</summary>
    private static Int128 ReturnPercent(Int128 initial, Int128 final)
    {
        if (initial == 0) return 0;
        // once per session, and the product does not fit 128 bits for the largest accounts
        var numerator = (BigInteger)(final - initial) * 100_000_000;
        var quotient = BigInteger.DivRem(numerator, initial, out var remainder);
        var twice = BigInteger.Abs(remainder) * 2;
        var magnitude = BigInteger.Abs(initial);
        if (twice > magnitude || (twice == magnitude && !quotient.IsEven)) quotient += numerator.Sign * Int128.Sign(initial);
        return (Int128)quotient;
    }

    /// <summary>A ratio rounded to six decimals; undefined ones are null (SIM-283).</summary>
    private void Ratio(double? value)
    {
        if (value is not { } ratio || !double.IsFinite(ratio))
        {
            Json.Raw("null"u8);
            return;
        }

        var text = Math.Round(ratio, 6, MidpointRounding.ToEven).ToString("F6", System.Globalization.CultureInfo.InvariantCulture);
        text = text.TrimEnd('0');
        var decimals = text.Length - text.IndexOf('.', StringComparison.Ordinal) - 1;
        if (decimals < 2) text += new string('0', 2 - decimals);
        Json.String(text == "-0.00" ? "0.00" : text);
    }

    private void Strings(IEnumerable<string> values)
    {
        Json.Raw((byte)'[');
        var first = true;
        foreach (var value in values)
        {
            if (!first) Json.Raw((byte)',');
            first = false;
            Json.String(value);
        }

        Json.Raw((byte)']');
    }

    private void NumberOrNull(long? value)
    {
        if (value is { } number) Json.Number(number);
        else Json.Raw("null"u8);
    }

    private void InstantOrNull(long micros)
    {
        if (micros == 0) Json.Raw("null"u8);
        else Json.Instant(micros);
    }

    private void Quantity(long value)
    {
        if (FractionalQuantity) Json.Decimal(value, DecimalText.PriceScale, 0);
        else Json.Number(value / 100_000_000);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Comma()
    {
        if (!_first) Json.Raw((byte)',');
        _first = false;
    }

    /// <summary>Closes the payload and ends a message of the session.</summary>
    private void EndNumbered(string? requestId)
    {
        Json.Raw((byte)'}');
        EndEnvelope(requestId, ++Sequence);
    }

    /// <summary>Closes the payload and ends a message of the connection.</summary>
    private void EndUnnumbered(string? requestId)
    {
        Json.Raw((byte)'}');
        EndEnvelope(requestId, 0);
    }

    private void EndEnvelope(string? requestId, long sequence)
    {
        if (requestId is not null)
        {
            Json.Raw(",\"request_id\":"u8);
            Json.String(requestId);
        }

        if (sequence > 0)
        {
            Json.Raw(",\"sequence_id\":"u8);
            Json.Number(sequence);
        }

        Json.Raw(",\"timestamp\":"u8);
        Json.Instant(Timestamp);
        Json.Raw((byte)'}');
        Json.EndFrame();
    }
}
