using Trading.GrainInterfaces.Portfolios;
using Trading.GrainInterfaces.Sessions;
using Trading.Grains.Sessions;
using Trading.Storage.ReadModels;
using Trading.Tests.Support.ReadModels;

namespace Trading.Grains.Tests.Sessions;

/// <summary>Compares read models with what the session itself says, field by field.</summary>
internal static class RecordedTables
{
    /// <summary>Tables as of the session's last append, made now.</summary>
    public static void AssertEqualTo(this ReadModelTables tables, SessionMachine machine)
    {
        var run = tables.Run!;
        var status = machine.Status();
        Assert.Equal(Enum.Parse<RunState>(status.State.ToString()), run.State);
        Assert.Equal((status.TicksCompleted, status.EstimatedTicks, machine.OrderCount, machine.FillCount, machine.SimTime()), (run.Tick, run.Ticks, run.Orders, run.Fills, run.SimTime));
        Assert.Equal(status.Symbols, run.Symbols);
        Assert.Equal(machine.LastRecordAt, run.UpdatedAt);
        Assert.Equal(machine.OrderCount, tables.Orders.Count);
        Assert.Equal(Enumerable.Range(1, machine.OrderCount), tables.Orders.Values.Select(order => order.Place).Order());
        foreach (var row in tables.Orders.Values) AssertOrder(row, machine.Order(row.OrderId)!);
        Assert.Equal(Enumerable.Range(1, machine.FillCount), tables.Fills.Keys);
        AssertAccount(tables, machine.Account());
    }

    /// <summary>The tables of a session that is over, beside what its grain and its client know.</summary>
    public static void AssertOrder(OrderRow row, GrainInterfaces.Orders.OrderRecord record)
    {
        var intent = record.Intent;
        Assert.Equal((intent.OrderId, record.OrderNumber, intent.Symbol, intent.Side, intent.Type, intent.TimeInForce), (row.OrderId, row.OrderNumber, row.Symbol, row.Side, row.Type, row.TimeInForce));
        Assert.Equal((intent.Quantity, intent.Notional, intent.Price, intent.StopPrice, intent.TrailAmount, intent.TrailRate), (row.Quantity, row.Notional, row.Price, row.StopPrice, row.TrailAmount, row.TrailRate));
        Assert.Equal((intent.ExtendedHours, intent.OcoGroup, intent.ParentOrderId, record.ParentStrategy), (row.ExtendedHours, row.OcoGroup, row.ParentOrderId, row.ParentStrategy));
        Assert.Equal((record.State, record.Remaining), (row.State, row.Remaining));
        Assert.Equal((record.Transitions[0].Time, record.Transitions[^1].Time, record.Transitions[^1].Tick), (row.ArrivedAt, row.ChangedAt, row.ChangedTick));
        Assert.Equal(ReasonNames.Of(record.Transitions[^1].Reason), row.Reason);
    }

    public static void AssertFills(ReadModelTables tables, IEnumerable<FillOutput> fills) => Assert.Equal(
        fills.OrderBy(fill => fill.Execution).Select(fill => (fill.Execution, fill.OrderId, fill.Symbol, fill.Side, fill.Quantity, fill.Price, fill.ReferencePrice, fill.Commission, fill.Fees, fill.Remaining, fill.FillReason, fill.Time, fill.Tick)),
        tables.Fills.Values.Select(row => (row.Execution, row.OrderId, row.Symbol, row.Side, row.Quantity, row.Price, row.ReferencePrice, row.Commission, row.Fees, row.Remaining, row.Reason, row.SimTime, row.Tick)));

    public static void AssertPortfolio(ReadModelTables tables, PortfolioUpdate portfolio)
    {
        AssertAccount(tables, portfolio.Account);
        Assert.Equal(portfolio.SimTime, tables.Run!.SimTime);
        var (run, account) = tables.Portfolio[tables.Portfolio.Keys.Max()];
        Assert.Equal((portfolio.SimTime, portfolio.Account.Equity), (run.SimTime, account.Equity));
    }

    private static void AssertAccount(ReadModelTables tables, AccountState account)
    {
        var row = tables.Account!;
        Assert.Equal((account.Cash, account.Equity, account.BuyingPower, account.DayPnl, account.RealizedPnl, account.OpenOrders), (row.Cash, row.Equity, row.BuyingPower, row.DayPnl, row.RealizedPnl, row.OpenOrders));
        Assert.Equal(account.Positions.OrderBy(position => position.Symbol, StringComparer.Ordinal).Select(position => new PositionRow(position.Symbol, position.Quantity, position.Cost, position.Mark)), tables.Positions.Values);
    }
}
