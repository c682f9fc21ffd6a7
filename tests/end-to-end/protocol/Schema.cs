using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Trading.EndToEnd.Tests.Protocol;

/// <summary>
/// What a client may rely on, written from the specification and from nothing else: message → field → type. A field ending in <c>?</c> may be absent
/// or null; a type ending in <c>?</c> belongs to a field that is always there and may be null; <c>a|b</c> is an enumeration.
/// </summary>
internal static partial class Schema
{
    /// <summary>Client messages of section 8.</summary>
    public static readonly string[] ClientTypes =
        ["create_session", "start_simulation", "tick_ack", "order_batch", "resume_session", "pause_simulation", "query_positions", "resume_simulation", "disconnect"];

    /// <summary>Error codes of sections 20.3 and 20.4, and the service's own, which docs/gateway.md describes.</summary>
    public static readonly string[] ErrorCodes =
    [
        "RATE_LIMIT_EXCEEDED", "INVALID_ORDER_QUANTITY", "INSUFFICIENT_BUYING_POWER", "DATA_PROVIDER_UNAVAILABLE", "INVALID_ORDER", "INSUFFICIENT_FUNDS",
        "INVALID_MESSAGE", "UNKNOWN_MESSAGE_TYPE", "INVALID_FIELD", "INVALID_SESSION_STATE", "SESSION_NOT_FOUND", "SESSION_ALREADY_EXISTS", "INVALID_DATE_RANGE",
        "UNKNOWN_SYMBOL", "TOO_MANY_SYMBOLS", "DUPLICATE_ORDER_ID", "INVALID_ORDER_PRICE", "INVALID_SEQUENCE_ID", "UNSUPPORTED_DATA_PROVIDER",
        "ATOMIC_BATCH_REJECTED", "SYMBOL_NOT_TRADING", "TICK_NOT_ACKNOWLEDGED",
        "AUTHENTICATION_FAILED", "KEY_DISABLED", "RESUME_NOT_POSSIBLE", "MAX_SIMULATION_DURATION_EXCEEDED", "INTERNAL_ERROR",
        "NO_DATA_FOR_SYMBOL", "NO_TRADING_TIME", "DATA_GAP", "DAILY_QUOTA_EXCEEDED", "DATA_CHANGED",
    ];

    private const string Account = "cash decimal, equity decimal, buying_power decimal, day_pnl decimal, positions list:position, open_orders int";

    private const string Execution =
        "execution_id string, order_id string, symbol string, side buy|sell, executed_quantity int, executed_price decimal, execution_time datetime, "
        + "commission decimal, slippage_bps int, is_partial bool, remaining_quantity int, fill_reason string";

    private const string Plan = "free|professional|enterprise";

    /// <summary>Server messages of section 8, with their payloads from sections 10 to 21.</summary>
    private static readonly Dictionary<string, Dictionary<string, string>> Messages = Parse(new()
    {
        ["connection_ready"] = $"user_id string, plan {Plan}, server_time datetime, connection_expires_at datetime, idle_timeout_sec int, max_simulation_duration_sec int, concurrent_connections_limit int, supported_features list:string",
        ["connection_warning"] = "warning_type approaching_timeout|imminent_closure|rate_limit_warning, message string, expires_at? datetime, action_required string, seconds_remaining? int",
        ["connection_closing"] = "reason idle_timeout|max_duration|api_key_revoked|rate_limit|simulation_complete|server_maintenance, message string, close_code int, reconnect_allowed bool, session_state? preserved_for_resume|lost|completed",
        ["session_created"] = "session_id string, estimated_ticks int, symbols_loaded list:string, data_range_actual map:range",
        ["simulation_started"] = "session_id string, started_at datetime, estimated_duration_sec int, tick_interval_ms int, flow_control_enabled bool",
        ["tick"] = "sim_time datetime, sequence_id int, market_session pre_market|regular|after_hours, symbols_trading list:string, is_eod bool",
        ["batch_ack"] = "batch_id string, accepted_orders list:string, rejected_orders map:string, estimated_fills map:decimal",
        ["execution_report"] = Execution,
        ["account_snapshot"] = Account,
        ["current_positions"] = Account,
        ["simulation_paused"] = "session_id string, state initializing|ready|running|paused|completed|error, sim_time datetime, sequence_id int, ticks_completed int, estimated_ticks int, progress_pct decimal",
        ["state_sync"] = "current_sim_time datetime, next_sequence_id int, account_snapshot object:account, pending_orders list:string, missed_executions list:execution",
        ["error"] = "error_code string, message string, error_type validation|execution|connection|data|rate_limit, severity warning|error|fatal, recoverable bool, retry_after_ms? int, failed_request_id? string, context map:any",
        ["simulation_complete"] = "session_id string, final_equity decimal, total_return_pct decimal, total_trades int, winning_trades int, total_commission decimal, max_drawdown_pct decimal, sharpe_ratio decimal?, sortino_ratio decimal?, calmar_ratio decimal?, simulation_duration_sec int",
    });

    private static readonly Dictionary<string, Dictionary<string, string>> Objects = Parse(new()
    {
        ["envelope"] = "type string, data any, request_id? string, timestamp datetime, sequence_id? int, user_id? string",
        ["account"] = Account,
        ["execution"] = Execution,
        ["position"] = "symbol string, quantity int, avg_cost decimal, market_value decimal, unrealized_pnl decimal",
        ["range"] = "start datetime, end datetime, candles int, missing_candles int",
    });

    /// <summary>Server messages of section 8.</summary>
    public static IReadOnlyCollection<string> ServerTypes => Messages.Keys;

    /// <summary>Every fault of one message, as text; empty when it is what the specification says.</summary>
    public static IReadOnlyList<string> Check(JsonObject message)
    {
        var faults = new List<string>();
        CheckObject("envelope", message, Objects["envelope"], faults);
        if (faults.Count > 0) return faults;
        var type = message["type"]!.GetValue<string>();
        if (!Messages.TryGetValue(type, out var fields)) faults.Add($"{type} is no message of section 8");
        else if (message["data"] is not JsonObject data) faults.Add($"{type}: data is no object");
        else CheckObject(type, data, fields, faults);
        if (type == "error" && faults.Count == 0 && !ErrorCodes.Contains(message["data"]!["error_code"]!.GetValue<string>())) faults.Add($"error.error_code {message["data"]!["error_code"]} is not documented");
        return faults;
    }

    private static void CheckObject(string path, JsonObject value, Dictionary<string, string> fields, List<string> faults)
    {
        foreach (var (name, type) in fields)
        {
            var optional = name.EndsWith('?');
            var field = optional ? name[..^1] : name;
            if (optional && value[field] is null) continue;
            if (!value.ContainsKey(field)) faults.Add($"{path}.{field} is missing");
            else CheckValue($"{path}.{field}", value[field], type, faults);
        }

        foreach (var (name, _) in value)
        {
            if (!fields.ContainsKey(name) && !fields.ContainsKey(name + "?")) faults.Add($"{path}.{name} is no field of the specification");
        }
    }

    private static void CheckValue(string path, JsonNode? value, string type, List<string> faults)
    {
        var (kind, inner) = type.Split(':') is [var outer, var element] ? (outer, element) : (type, "");
        switch (kind)
        {
            case "any": return;
            case "object" when value is JsonObject found: CheckObject(path, found, Objects[inner], faults); return;
            case "list" when value is JsonArray list:
                for (var at = 0; at < list.Count; at++) CheckElement($"{path}[{at}]", list[at], inner, faults);
                return;
            case "map" when value is JsonObject map:
                foreach (var (key, entry) in map) CheckElement($"{path}.{key}", entry, inner, faults);
                return;
            default:
                if (!IsScalar(value, kind)) faults.Add($"{path} is {value?.ToJsonString() ?? "null"}, but must be {type}");
                return;
        }
    }

    private static void CheckElement(string path, JsonNode? value, string type, List<string> faults) =>
        CheckValue(path, value, Objects.ContainsKey(type) ? "object:" + type : type, faults);

    private static bool IsScalar(JsonNode? value, string type)
    {
        if (type.EndsWith('?')) return value is null || IsScalar(value, type[..^1]);
        var kind = value?.GetValueKind();
        if (type == "int") return kind == JsonValueKind.Number && long.TryParse(value!.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);
        if (type == "bool") return kind is JsonValueKind.True or JsonValueKind.False;
        if (kind != JsonValueKind.String) return false;
        var text = value!.GetValue<string>();
        return type switch
        {
            "string" => text.Length > 0,
            "decimal" => PlainDecimal().IsMatch(text),
            "datetime" => UtcInstant().IsMatch(text) && DateTime.TryParse(text, CultureInfo.InvariantCulture, out _),
            _ => type.Split('|').Contains(text),
        };
    }

    private static Dictionary<string, Dictionary<string, string>> Parse(Dictionary<string, string> table) => table.ToDictionary(
        row => row.Key,
        row => row.Value.Split(", ").Select(field => field.Split(' ')).ToDictionary(field => field[0], field => field[1]));

    [GeneratedRegex(@"^-?\d+(\.\d+)?\z")]
    private static partial Regex PlainDecimal();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z\z")]
    private static partial Regex UtcInstant();
}
