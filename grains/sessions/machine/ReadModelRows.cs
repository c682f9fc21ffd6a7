using Trading.GrainInterfaces.Sessions;
using Trading.Storage.ReadModels;

namespace Trading.Grains.Sessions;

/// <summary>What a session holds, as rows of the read models.</summary>
internal static class ReadModelRows
{
    public static OrderRow Of(OrderEntry entry, SessionOrders orders)
    {
        var intent = entry.Intent;
        var (first, last) = orders.Changes(entry);
        return new OrderRow
        {
            OrderId = intent.OrderId,
            Place = entry.Place,
            OrderNumber = entry.Number,
            Symbol = intent.Symbol,
            Side = intent.Side,
            Type = intent.Type,
            TimeInForce = intent.TimeInForce,
            Quantity = intent.Quantity,
            Notional = intent.Notional,
            Price = intent.Price,
            StopPrice = intent.StopPrice,
            TrailAmount = intent.TrailAmount,
            TrailRate = intent.TrailRate,
            ExtendedHours = intent.ExtendedHours,
            OcoGroup = intent.OcoGroup,
            ParentOrderId = intent.ParentOrderId,
            ParentStrategy = entry.ParentStrategy,
            State = entry.State,
            Reason = ReasonNames.Of(entry.Reason),
            Remaining = entry.Remaining,
            ArrivedAt = first?.Time,
            ChangedAt = last?.Time,
            ChangedTick = last?.Tick ?? 0,
        };
    }

    public static FillRow Of(FillOutput fill) => new()
    {
        Execution = fill.Execution,
        OrderId = fill.OrderId,
        Symbol = fill.Symbol,
        Side = fill.Side,
        Quantity = fill.Quantity,
        Price = fill.Price,
        ReferencePrice = fill.ReferencePrice,
        Commission = fill.Commission,
        Fees = fill.Fees,
        Remaining = fill.Remaining,
        Reason = fill.FillReason,
        SimTime = fill.Time,
        Tick = fill.Tick,
    };

    public static AccountRow Of(AccountState account, bool hasClosed) => new()
    {
        Cash = account.Cash,
        Equity = account.Equity,
        BuyingPower = account.BuyingPower,
        DayPnl = account.DayPnl,
        RealizedPnl = account.RealizedPnl,
        OpenOrders = account.OpenOrders,
        Positions = [.. account.Positions.Select(position => new PositionRow(position.Symbol, position.Quantity, position.Cost, position.Mark))],
        HasClosed = hasClosed,
    };

    public static RunState Of(SessionState state) => state switch
    {
        SessionState.Ready or SessionState.Initializing => RunState.Ready,
        SessionState.Running => RunState.Running,
        SessionState.Paused => RunState.Paused,
        SessionState.Completed => RunState.Completed,
        _ => RunState.Error,
    };

    public static RunEnd? Of(SessionEnd end) => end switch
    {
        SessionEnd.No => null,
        SessionEnd.Completed => RunEnd.Completed,
        SessionEnd.MaxDuration => RunEnd.MaxDuration,
        SessionEnd.Discarded => RunEnd.Discarded,
        _ => RunEnd.Failed,
    };

    /// <summary>A session that nobody resumed in time: what it was is known, its state is not.</summary>
    public static RunRow Expired(SessionDefinition definition, DateTimeOffset at) => new()
    {
        State = RunState.Error,
        EndedBy = RunEnd.Expired,
        Symbols = [.. definition.Loaded.Select(loaded => loaded.Symbol)],
        DataProvider = definition.DataProvider,
        DataVersion = definition.DataVersion,
        InitialCash = definition.Config.InitialCash,
        CreatedAt = definition.CreatedAt,
        EndedAt = at,
        UpdatedAt = at,
        SimTime = definition.Config.Start,
        Tick = 0,
        Ticks = 0,
        Orders = 0,
        Fills = 0,
    };
}
