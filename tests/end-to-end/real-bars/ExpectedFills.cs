using System.Globalization;

namespace Trading.EndToEnd.Tests.RealBars;

/// <summary>One line of a CSV file, in decimal arithmetic.</summary>
internal sealed record Row(DateTime Time, decimal Open, decimal High, decimal Low, decimal Close)
{
    public static List<Row> Read(string path) =>
        [.. File.ReadLines(path).Skip(1).Select(line => line.Split(',')).Select(part => new Row(
            DateTime.Parse(part[0], CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal),
            Number(part[1]), Number(part[2]), Number(part[3]), Number(part[4])))];

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>What a fill must be, to the last digit.</summary>
internal sealed record ExpectedFill(string OrderId, string Side, decimal Quantity, decimal Price, decimal Commission, DateTime Time);

/// <summary>
/// The crossover of examples/python/sma_cross.py and its fills, computed from the CSV alone. Deliberately shares nothing with the service:
/// decimals, one loop, and the rules of EXEC-005, 010, 011, 020, 021, 022, 032, 034 and 040 written out.
/// </summary>
internal sealed class ExpectedFills(List<Row> rows, decimal step, decimal slippageBps, decimal quantity)
{
    private const decimal PerShare = 0.005m;

    public List<ExpectedFill> Crossover(string timing)
    {
        var fills = new List<ExpectedFill>();
        foreach (var (tick, side) in Signals())
        {
            var (reference, time) = timing switch
            {
                "next_open" => (rows[tick].Open, rows[tick].Time),
                "next_close" => (rows[tick].Close, rows[tick].Time.AddMinutes(1)),
                "current_close" => (rows[tick - 1].Close, rows[tick].Time),
                _ => throw new ArgumentException(timing),
            };
            fills.Add(Fill($"o-{tick + 1}", side, Worse(reference, side), time));
        }

        return fills;
    }

    public List<ExpectedFill> Bracket(int profitBps, int lossBps)
    {
        var fills = new List<ExpectedFill>();
        foreach (var (tick, _) in Signals().Where(signal => signal.Side == "buy"))
        {
            var close = rows[tick - 1].Close;
            decimal profit = Floor(close * (10000 + profitBps) / 10000), loss = Floor(close * (10000 - lossBps) / 10000);
            var order = $"o-{tick + 1}";
            fills.Add(Fill(order, "buy", Worse(rows[tick].Open, "buy"), rows[tick].Time));
            if (Exit(order, tick, profit, loss) is { } exit) fills.Add(exit);
        }

        return fills;
    }

    /// <summary>Average of the last 10 closes above that of the last 30: be long. An order at tick t knows the closes before t.</summary>
    private IEnumerable<(int Tick, string Side)> Signals()
    {
        var isLong = false;
        for (var tick = 30; tick < rows.Count; tick++)
        {
            decimal fast = 0, slow = 0;
            for (var back = 1; back <= 30; back++) slow += rows[tick - back].Close;
            for (var back = 1; back <= 10; back++) fast += rows[tick - back].Close;
            var above = fast * 3 > slow;
            if (above != isLong) yield return (tick, above ? "buy" : "sell");
            isLong = above;
        }
    }

    /// <summary>The first of take profit and stop loss along the path open → nearer extreme → other extreme → close.</summary>
    private ExpectedFill? Exit(string order, int entryTick, decimal profit, decimal loss)
    {
        for (var tick = entryTick; tick < rows.Count; tick++)
        {
            var row = rows[tick];
            var first = row.High - row.Open < row.Open - row.Low ? row.High : row.Low;
            decimal[] knots = [row.Open, first, first == row.High ? row.Low : row.High, row.Close];
            if (row.Open <= loss) return Fill(order + "-loss", "sell", Worse(row.Open, "sell"), row.Time);
            if (tick == entryTick && row.Open >= profit && Worse(row.Open, "sell") >= profit) return Fill(order + "-profit", "sell", Worse(row.Open, "sell"), row.Time);
            if (tick > entryTick && row.Open > profit) return Fill(order + "-profit", "sell", Floor(row.Open), row.Time);
            for (var leg = 0; leg < 3; leg++)
            {
                decimal from = knots[leg], to = knots[leg + 1];
                if (to < from && to <= loss) return Fill(order + "-loss", "sell", Worse(loss, "sell"), At(row, leg, from, to, loss));
                if (to > from && to > profit && from <= profit) return Fill(order + "-profit", "sell", profit, At(row, leg, from, to, profit));
            }
        }

        return null;
    }

    private static DateTime At(Row row, int leg, decimal from, decimal to, decimal price) =>
        row.Time.AddSeconds(20 * leg).AddTicks((long)Math.Truncate(20_000_000m * (price - from) / (to - from)) * 10);

    private ExpectedFill Fill(string order, string side, decimal price, DateTime time) =>
        new(order, side, quantity, price, Math.Round(quantity * PerShare, 2, MidpointRounding.AwayFromZero), time);

    private decimal Worse(decimal reference, string side) =>
        side == "buy" ? Math.Ceiling(reference * (1 + slippageBps / 10000) / step) * step : Floor(reference * (1 - slippageBps / 10000));

    private decimal Floor(decimal price) => Math.Floor(price / step) * step;
}
