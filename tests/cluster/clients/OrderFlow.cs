using System.Globalization;
using System.Text;

namespace Trading.Cluster.Tests.Clients;

/// <summary>
/// The strategy: seeded random orders that are a function of session and tick alone, so that a client that comes back, or another run, sends the same.
/// Market orders, and limits and stops around the client's own last close.
/// </summary>
internal sealed class OrderFlow(SessionPlan plan)
{
    /// <summary>One tick in so many has a batch.</summary>
    private const int TicksPerBatch = 8;

    /// <summary>The message of the batch that belongs to a tick; null when it has none.</summary>
    public string? BatchAt(int tick, DateTime simTime)
    {
        var random = Mix(plan.Seed ^ ((ulong)tick * 0x9E3779B97F4A7C15));
        if (random % TicksPerBatch != 0) return null;
        var orders = new StringBuilder();
        var count = 1 + (int)(random >> 8) % 3;
        for (var number = 0; number < count; number++)
        {
            if (number > 0) orders.Append(',');
            AppendOrder(orders, $"o-{tick}-{number}", Mix(random + (ulong)number + 1), simTime);
        }

        return $$"""{"type":"order_batch","data":{"batch_id":"b-{{tick}}","orders":[{{orders}}]},"request_id":"b-{{tick}}"}""";
    }

    /// <summary>SplitMix64's finalizer: a bijection that leaves no pattern.</summary>
    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    private void AppendOrder(StringBuilder text, string id, ulong random, DateTime simTime)
    {
        var symbol = plan.Symbols[(random >> 4) % (ulong)plan.Symbols.Length];
        var isCoin = symbol == "BTCUSD";
        var side = (random & 1) == 0 ? "buy" : "sell";
        var quantity = isCoin ? 1 + ((random >> 16) % 9) : 1_000 * (1 + ((random >> 16) % 20));
        // up to twenty basis points away, on the price step
        var away = ((decimal)((random >> 24) % 41) - 20) / 10_000;
        var step = isCoin ? 0.01m : 0.00001m;
        var price = Math.Round(ClientBars.Of(symbol).CloseBefore(simTime) * (1 + away) / step) * step;
        var kind = ((random >> 40) % 5) switch
        {
            0 => Priced("limit", "price", price, "day"),
            1 => Priced("limit", "price", price, "gtc"),
            2 => Priced("stop", "stop_price", price, "gtc"),
            _ => """ "type":"market","time_in_force":"gtc" """,
        };
        text.Append(CultureInfo.InvariantCulture, $$"""{"order_id":"{{id}}","symbol":"{{symbol}}","side":"{{side}}","quantity":{{quantity}},{{kind}}}""");
    }

    private static string Priced(string type, string field, decimal price, string timeInForce) =>
        string.Create(CultureInfo.InvariantCulture, $""" "type":"{type}","{field}":"{price:0.00000}","time_in_force":"{timeInForce}" """);
}
