using System.Text.Json.Nodes;

namespace Trading.EndToEnd.Tests.Protocol;

/// <summary>The table that judges the service is judged by samples of the specification and by messages that break it.</summary>
public class SchemaTests
{
    private const string Tick = """{"type":"tick","data":{"sim_time":"2024-07-16T13:30:00Z","sequence_id":1,"market_session":"regular","symbols_trading":["NVDA","KO"],"is_eod":false},"sequence_id":3,"timestamp":"2026-02-03T09:15:02.020Z"}""";

    [Theory]
    [InlineData(Tick)]
    [InlineData("""{"type":"batch_ack","data":{"batch_id":"b-1","accepted_orders":["o-1","o-2"],"rejected_orders":{"o-3":"INSUFFICIENT_BUYING_POWER"},"estimated_fills":{"o-1":"128.40","o-2":"63.10"}},"request_id":"r-3","timestamp":"2026-02-03T09:15:02.046Z"}""")]
    [InlineData("""{"type":"state_sync","data":{"current_sim_time":"2024-07-16T15:28:00Z","next_sequence_id":119,"account_snapshot":{"cash":"38550.90","equity":"50020.90","buying_power":"38550.90","day_pnl":"20.90","positions":[{"symbol":"KO","quantity":100,"avg_cost":"63.10","market_value":"6322.00","unrealized_pnl":"12.00"}],"open_orders":0},"pending_orders":[],"missed_executions":[{"execution_id":"x-2","order_id":"o-2","symbol":"KO","side":"buy","executed_quantity":100,"executed_price":"63.10","execution_time":"2024-07-16T15:27:14Z","commission":"0.50","slippage_bps":0,"is_partial":false,"remaining_quantity":0,"fill_reason":"limit_touched"}]},"request_id":"r-20","timestamp":"2026-02-03T09:31:00.030Z"}""")]
    [InlineData("""{"type":"error","data":{"error_code":"DATA_PROVIDER_UNAVAILABLE","message":"Candles for this session cannot be read","error_type":"data","severity":"fatal","recoverable":false,"retry_after_ms":30000,"context":{"data_provider":"polygon"}},"timestamp":"2026-02-03T09:20:00Z"}""")]
    [InlineData("""{"type":"simulation_complete","data":{"session_id":"mean-rev-17","final_equity":"50240.15","total_return_pct":"0.48","total_trades":3,"winning_trades":2,"total_commission":"1.20","max_drawdown_pct":"0.31","sharpe_ratio":null,"sortino_ratio":null,"calmar_ratio":null,"simulation_duration_sec":9},"timestamp":"2026-02-03T09:15:11Z"}""")]
    public void A_sample_of_the_specification_passes(string sample) => Assert.Empty(Schema.Check((JsonObject)JsonNode.Parse(sample)!));

    [Theory]
    [InlineData("envelope.timestamp is missing", ""","timestamp":"2026-02-03T09:15:02.020Z""" + "\"", "")]
    [InlineData("tick.is_eod is missing", ""","is_eod":false""", "")]
    [InlineData("tick.last_price is no field of the specification", "\"is_eod\":false", "\"is_eod\":false,\"last_price\":\"128.40\"")]
    [InlineData("tick.sequence_id is \"1\", but must be int", "\"sequence_id\":1", "\"sequence_id\":\"1\"")]
    [InlineData("tick.sequence_id is 1.0, but must be int", "\"sequence_id\":1", "\"sequence_id\":1.0")]
    [InlineData("tick.sim_time is \"2024-07-16T13:30:00\", but must be datetime", "13:30:00Z", "13:30:00")]
    [InlineData("tick.market_session is \"lunch\", but must be pre_market|regular|after_hours", "regular", "lunch")]
    [InlineData("tick.symbols_trading[1] is 5, but must be string", "\"KO\"", "5")]
    [InlineData("tick.symbols_trading is null, but must be list:string", "[\"NVDA\",\"KO\"]", "null")]
    [InlineData("ticks is no message of section 8", "\"tick\"", "\"ticks\"")]
    public void A_message_that_breaks_it_is_told(string fault, string replace, string by)
    {
        Assert.Contains(replace, Tick, StringComparison.Ordinal);
        Assert.Equal([fault], Schema.Check((JsonObject)JsonNode.Parse(Tick.Replace(replace, by, StringComparison.Ordinal))!));
    }
}
