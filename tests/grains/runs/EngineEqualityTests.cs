using System.Text.Json;
using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.Engine.Orders;
using Trading.GrainInterfaces.Runs;
using Trading.GrainInterfaces.Sessions;
using Trading.Grains.Tests.Sessions;

namespace Trading.Grains.Tests.Runs;

/// <summary>One engine behind both: a backtest has the events of a session whose client decides by itself and sends the same orders.</summary>
public class EngineEqualityTests
{
    public static TheoryData<int, int, bool, string[], string> Runs => new()
    {
        { 5, 20, true, ["WAVE"], "next_open" },
        { 5, 20, false, ["WAVE"], "next_open" },
        { 2, 3, true, ["GAPS"], "next_open" },
        { 7, 31, true, ["WAVE", "GAPS"], "next_open" },
        { 3, 11, false, ["GAPS", "WAVE", "ACME"], "next_close" },
        { 10, 30, true, ["WAVE"], "current_close" },
    };

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task A_backtest_has_the_fills_the_account_and_the_hash_of_a_driven_session(int fast, int slow, bool isShort, string[] symbols, string timing)
    {
        await using var host = await RunHost.StartAsync();
        var config = RunHost.Config with
        {
            Timing = Enum.Parse<ExecutionTiming>(timing.Replace("_", "", StringComparison.Ordinal), ignoreCase: true),
            SpreadRate = 2 * SimulationConfig.BasisPoint,
            MaxParticipation = SimulationConfig.RateUnit / 10,
        };
        var expected = await DriveAsync(host, config, fast, slow, isShort, symbols);
        var request = RunHost.Backtest(fast, slow, 100, isShort, symbols) with { Config = SimulationConfigJson.Write(config) };
        await host.BeginAsync("one", request);
        var status = await host.EndAsync("one");
        Assert.Equal((RunState.Completed, null), (status.State, status.Error));
        Assert.Equal(expected.ResultHash, status.Best!.ResultHash);
        Assert.Equal((expected.FinalEquity, expected.TotalTrades, expected.WinningTrades, expected.TotalCommission, expected.Sharpe), (status.Best.FinalEquity, status.Best.Trades, status.Best.WinningTrades, status.Best.Commission, status.Best.Sharpe));
        Assert.True(status.Best.Fills > 10, $"only {status.Best.Fills} fills");

        var mine = JsonDocument.Parse((await host.Run("one").GetReport(default))!).RootElement;
        var theirs = JsonDocument.Parse((await host.Sessions.Session().GetReport(default))!).RootElement;
        foreach (var part in (string[])["result_hash", "metrics", "manifest", "trades", "equity_curve"]) Assert.Equal(theirs.GetProperty(part).GetRawText(), mine.GetProperty(part).GetRawText());
    }

    /// <summary>As examples/python/sma_cross.py does it: knows the bars that opened before the tick, and remembers every one of them.</summary>
    private static async Task<CompleteOutput> DriveAsync(RunHost host, SimulationConfig config, int fast, int slow, bool isShort, string[] symbols)
    {
        var client = host.Sessions.Connect();
        await client.Create(SessionHost.Create("s-1", symbols) with { Config = new SessionConfig(SimulationConfigJson.Write(config)) });
        var outputs = await client.Send(new StartCommand { AccountUpdates = AccountUpdateFrequency.OnDemand });
        var strategies = Array.ConvertAll(symbols, symbol => new NaiveClient(host.Sessions.Bars.Series[symbol], fast, slow, 100 * Instrument.Unit, isShort));
        while (client.Complete is null)
        {
            var tick = outputs.OfType<TicksOutput>().Single();
            var orders = strategies.Select(strategy => strategy.OnTick(tick.Times[0], tick.First)).OfType<ClientOrder>().ToArray();
            if (orders.Length > 0) await client.Send(new BatchCommand { BatchId = $"b-{tick.First}", Orders = orders });
            outputs = await client.Acknowledge(tick.First);
        }

        return client.Complete;
    }

    private sealed class NaiveClient(BarSeries bars, int fast, int slow, long quantity, bool isShort)
    {
        private readonly List<decimal> _known = [];
        private long _previous = long.MinValue;
        private long _position;

        public ClientOrder? OnTick(long time, int tick)
        {
            var order = Decide(tick);
            _previous = time;
            return order;
        }

        private ClientOrder? Decide(int tick)
        {
            var bar = Array.IndexOf(bars.OpenTime, _previous);
            if (bar < 0) return null;
            _known.Add(bars.Close[bar]);
            if (_known.Count < slow) return null;
            var above = _known.TakeLast(fast).Sum() * slow > _known.TakeLast(slow).Sum() * fast;
            var change = (above ? quantity : isShort ? -quantity : 0) - _position;
            _position += change;
            if (change == 0) return null;
            return new ClientOrder
            {
                OrderId = $"{bars.Instrument.Symbol}-{tick}",
                Symbol = bars.Instrument.Symbol,
                Side = change > 0 ? OrderSide.Buy : OrderSide.Sell,
                Type = OrderType.Market,
                TimeInForce = TimeInForce.GoodTilCancelled,
                Quantity = Math.Abs(change),
            };
        }
    }
}
