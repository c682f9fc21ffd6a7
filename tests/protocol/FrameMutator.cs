using System.Text;

namespace Trading.Protocol.Tests;

/// <summary>
/// Makes bad messages out of good ones. The same seed gives the same frames on any machine, so a failing frame can be made again. Depends on nothing
/// else, so that other test projects can link it.
/// </summary>
/// <param name="seed">Decides everything.</param>
internal sealed class FrameMutator(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>One good message per client type, extensions included.</summary>
    internal static IReadOnlyList<string> GoodFrames { get; } =
    [
        """{"type":"create_session","data":{"session_id":"fuzz","symbols":["NVDA","KO"],"start":"2024-07-16T13:30:00Z","end":"2024-07-16T20:00:00Z","data_provider":"polygon","initial_cash":"50000.00","commission_per_share":"0.005","slippage_bps":5,"extensions":["batched_ticks"],"execution":{"latency_ms":5,"leverage":"2"}},"request_id":"r-1","timestamp":"2026-02-03T09:15:01Z"}""",
        """{"type":"start_simulation","data":{"max_pending_ticks":1,"account_update_frequency":"every_fill","flow_control":true},"request_id":"r-2"}""",
        """{"type":"tick_ack","data":{"sequence_id":1,"processing_status":"ready","orders_pending":3},"timestamp":"2026-02-03T09:15:02.034Z"}""",
        """{"type":"order_batch","data":{"batch_id":"b-1","execution_mode":"atomic","parent_strategy":"mean-rev","orders":[{"order_id":"o-1","symbol":"NVDA","side":"buy","type":"market","quantity":40,"time_in_force":"day"},{"order_id":"o-3","symbol":"KO","side":"sell","type":"stop_limit","notional":"900000.00","price":"64.00","stop_price":"63.80"}]},"request_id":"r-3"}""",
        """{"type":"resume_session","data":{"session_id":"mean-rev-17","last_processed_sequence_id":118,"client_state_hash":"sha256:5d0e"},"request_id":"r-20"}""",
        """{"type":"pause_simulation","data":{},"request_id":"r-4"}""",
        """{"type":"query_positions","data":{},"request_id":"r-5"}""",
        """{"type":"resume_simulation","data":{},"request_id":"r-6"}""",
        """{"type":"cancel_orders","data":{"order_ids":["o-2"]},"request_id":"r-8"}""",
        """{"type":"replace_order","data":{"order_id":"a","new_order_id":"b","quantity":5,"price":"1.5"},"request_id":"r-9"}""",
        """{"type":"advance","data":{"count":390,"stop_on":["fill","eod"]},"request_id":"r-10"}""",
    ];

    private static readonly string[] Tokens =
        ["null", "true", "{}", "[]", "\"\"", "-1", "0", "1e999", "99999999999999999999999999", "0.1", "\"\\ud800\"", "\"\\u0000\"", "\"0001-01-01T00:00:00Z\"", "NaN", "'x'", "/*", "\ufeff", "\"type\":\"disconnect\",", "{\"a\":"];

    /// <summary>The next frame as text that can be sent in a WebSocket text message (valid UTF-8).</summary>
    internal string NextText()
    {
        var frame = GoodFrames[_random.Next(GoodFrames.Count)];
        for (var rounds = _random.Next(1, 4); rounds > 0; rounds--) frame = Mutate(frame);
        return frame;
    }

    /// <summary>The next frame as bytes, which need not be UTF-8.</summary>
    internal byte[] NextBytes()
    {
        var bytes = Encoding.UTF8.GetBytes(NextText());
        for (var i = _random.Next(0, 3); i > 0 && bytes.Length > 0; i--) bytes[_random.Next(bytes.Length)] = (byte)_random.Next(256);
        return bytes;
    }

    private string Mutate(string frame)
    {
        if (frame.Length == 0) return "{";
        var at = _random.Next(frame.Length);
        var length = _random.Next(1, Math.Min(frame.Length - at, 24) + 1);
        return _random.Next(9) switch
        {
            0 => frame.Remove(at, length),
            1 => frame[..at],
            2 => frame.Insert(at, frame.Substring(at, length)),
            3 => frame.Insert(at, Tokens[_random.Next(Tokens.Length)]),
            4 => ReplaceValue(frame),
            5 => frame.Remove(at, 1).Insert(at, ((char)_random.Next(1, 0x2ff)).ToString()),
            6 => string.Concat(frame, GoodFrames[_random.Next(GoodFrames.Count)].AsSpan(_random.Next(20))),
            7 => frame.Insert(at, new string('[', _random.Next(1, 200))),
            _ => SwapNames(frame),
        };
    }

    /// <summary>Puts a value of another kind behind a colon.</summary>
    private string ReplaceValue(string frame)
    {
        var colon = frame.IndexOf(':', _random.Next(frame.Length));
        if (colon < 0) return frame + ",";
        var end = frame.AsSpan(colon + 1).IndexOfAny(',', '}', ']');
        if (end < 0) return frame[..(colon + 1)];
        return frame[..(colon + 1)] + Tokens[_random.Next(Tokens.Length)] + frame[(colon + 1 + end)..];
    }

    /// <summary>Gives one field the name of another.</summary>
    private string SwapNames(string frame)
    {
        string[] names = ["session_id", "sequence_id", "orders", "order_id", "type", "data", "quantity", "price", "symbols", "request_id"];
        return frame.Replace("\"" + names[_random.Next(names.Length)] + "\"", "\"" + names[_random.Next(names.Length)] + "\"", StringComparison.Ordinal);
    }
}
