using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Trading.Engine.Configuration;
using Trading.Engine.Orders;
using Trading.GrainInterfaces.Sessions;
using Trading.Protocol;
using Trading.Protocol.Reading;

namespace Trading.Gateway.Sessions;

/// <summary>Client messages as commands of the session grain.</summary>
internal static class CommandMapper
{
    /// <summary>The command of a message that goes to an attached session.</summary>
    internal static SessionCommand Command(in ClientMessage message) => message.Type switch
    {
        ClientMessageType.TickAck => new AckCommand
        {
            RequestId = message.RequestId,
            Sequence = message.TickAck.SequenceId,
            Status = (ProcessingStatus)message.TickAck.Status,
            OrdersPending = message.TickAck.OrdersPending,
        },
        ClientMessageType.OrderBatch => Batch((OrderBatchData)message.Payload!, message.RequestId),
        ClientMessageType.StartSimulation => Start((StartSimulationData)message.Payload!, message.RequestId),
        ClientMessageType.PauseSimulation => new PauseCommand { RequestId = message.RequestId },
        ClientMessageType.ResumeSimulation => new ResumeCommand { RequestId = message.RequestId },
        ClientMessageType.QueryPositions => new QueryPositionsCommand { RequestId = message.RequestId },
        ClientMessageType.CancelOrders => new CancelOrdersCommand { RequestId = message.RequestId, OrderIds = ((CancelOrdersData)message.Payload!).OrderIds },
        ClientMessageType.ReplaceOrder => Replace((ReplaceOrderData)message.Payload!, message.RequestId),
        ClientMessageType.Advance => Advance((AdvanceData)message.Payload!, message.RequestId),
        _ => throw new ArgumentOutOfRangeException(nameof(message), message.Type, "no command of an attached session"),
    };

    internal static CreateCommand Create(CreateSessionData data, string? requestId) => new()
    {
        RequestId = requestId,
        SessionId = data.SessionId,
        Symbols = data.Symbols,
        DataProvider = data.DataProvider,
        DataVersion = data.DataVersion,
        Config = new SessionConfig(SimulationConfigJson.Write(Config(data))),
        Extensions = data.Extensions,
    };

    internal static ResumeSessionCommand ResumeSession(ResumeSessionData data, string? requestId) =>
        new() { RequestId = requestId, LastProcessedSequence = data.LastProcessedSequenceId, ClientStateHash = data.ClientStateHash };

    /// <summary>The engine's configuration: parameters of section 15.2, then what <c>execution</c> says.</summary>
    internal static SimulationConfig Config(CreateSessionData data)
    {
        var config = new SimulationConfig
        {
            Start = data.Start,
            End = data.End,
            InitialCash = data.InitialCash,
            ExtendedHours = data.Extensions.Contains(Extensions.ExtendedHours),
            FractionalQuantity = data.Extensions.Contains(Extensions.FractionalQuantity),
            CommissionPerShare = data.CommissionPerShare,
            SlippageRate = data.SlippageBps * SimulationConfig.BasisPoint,
            Seed = data.Execution?.Seed ?? SeedOf(data.SessionId),
        };
        return data.Execution is { } execution ? Apply(config, execution) : config;
    }

    /// <summary>A seed that is the same for the same session id on every machine (SIM-O42).</summary>
    internal static ulong SeedOf(string sessionId) => BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(sessionId)));

    private static SimulationConfig Apply(SimulationConfig config, ExecutionData data) => config with
    {
        Timing = Choice(data.ExecutionTiming, config.Timing),
        Path = Choice(data.BarPath, config.Path),
        LimitFill = Choice(data.LimitFill, config.LimitFill),
        PenetrationTicks = data.PenetrationTicks ?? config.PenetrationTicks,
        LatencyMs = data.LatencyMs ?? config.LatencyMs,
        LatencyJitterMs = data.LatencyJitterMs ?? config.LatencyJitterMs,
        CancelLatencyMs = data.CancelLatencyMs ?? config.CancelLatencyMs,
        SpreadRate = data.SpreadBps ?? config.SpreadRate,
        Slippage = Choice(data.SlippageModel, config.Slippage),
        SlippageRate = data.SlippageBps ?? config.SlippageRate,
        PriceImpact = data.PriceImpact ?? config.PriceImpact,
        VolumeLimit = data.VolumeLimit ?? config.VolumeLimit,
        VolatilityFactor = data.VolatilityFactor ?? config.VolatilityFactor,
        VolatilityBars = data.VolatilityBars ?? config.VolatilityBars,
        PriceRounding = Choice(data.PriceRounding, config.PriceRounding),
        Commission = Choice(data.CommissionModel, config.Commission),
        CommissionPerShare = data.CommissionPerShare ?? config.CommissionPerShare,
        CommissionMinimum = data.CommissionMinimum ?? config.CommissionMinimum,
        CommissionMaximumRate = data.CommissionMaximum ?? config.CommissionMaximumRate,
        CommissionRate = data.CommissionBps ?? config.CommissionRate,
        CommissionFixed = data.CommissionFixed ?? config.CommissionFixed,
        RegulatoryFees = data.RegulatoryFees ?? config.RegulatoryFees,
        MaxParticipation = data.MaxParticipation ?? config.MaxParticipation,
        Account = Choice(data.AccountType, config.Account),
        Leverage = data.Leverage ?? config.Leverage,
        MaxOrderValue = data.MaxOrderValue ?? config.MaxOrderValue,
        MaxPositionSize = data.MaxPositionSize ?? config.MaxPositionSize,
        MaxGrossExposure = data.MaxGrossExposure ?? config.MaxGrossExposure,
        MaxDrawdown = data.MaxDrawdown ?? config.MaxDrawdown,
        MaxOpenOrders = data.MaxOpenOrders ?? config.MaxOpenOrders,
        MaxOrdersPerMinute = data.MaxOrdersPerMinute ?? config.MaxOrdersPerMinute,
        RatioSampling = Choice(data.RatioSampling, config.RatioSampling),
    };

    /// <summary>A wire name is the enumeration's name in snake case.</summary>
    private static T Choice<T>(string? name, T fallback)
        where T : struct, Enum => name is null ? fallback : Enum.Parse<T>(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);

    private static StartCommand Start(StartSimulationData data, string? requestId) => new()
    {
        RequestId = requestId,
        MaxPendingTicks = data.MaxPendingTicks,
        AccountUpdates = (AccountUpdateFrequency)data.AccountUpdates,
        FlowControl = data.FlowControl,
    };

    private static BatchCommand Batch(OrderBatchData data, string? requestId) => new()
    {
        RequestId = requestId,
        BatchId = data.BatchId,
        Orders = [.. data.Orders.Select(Order)],
        Atomic = data.Atomic,
        ParentStrategy = data.ParentStrategy,
    };

    private static ClientOrder Order(OrderData order) => new()
    {
        OrderId = order.OrderId,
        Symbol = order.Symbol,
        Side = (OrderSide)order.Side,
        Type = (OrderType)order.Type,
        TimeInForce = (TimeInForce)order.TimeInForce,
        Quantity = order.Quantity,
        Notional = order.Notional,
        Price = order.Price,
        StopPrice = order.StopPrice,
        TrailAmount = order.TrailAmount,
        TrailRate = order.TrailRate,
        ExtendedHours = order.ExtendedHours,
        OcoGroup = order.OcoGroup,
        ParentOrderId = order.ParentOrderId,
        Fault = order.Fault switch
        {
            OrderFault.None => Reason.None,
            OrderFault.Quantity => Reason.InvalidQuantity,
            OrderFault.Price => Reason.InvalidPrice,
            _ => Reason.InvalidOrder,
        },
        FaultText = order.FaultText,
    };

    private static ReplaceOrderCommand Replace(ReplaceOrderData data, string? requestId) => new()
    {
        RequestId = requestId,
        OrderId = data.OrderId,
        NewOrderId = data.NewOrderId,
        Quantity = data.Quantity,
        Price = data.Price,
        StopPrice = data.StopPrice,
        TimeInForce = (TimeInForce?)data.TimeInForce,
    };

    private static AdvanceCommand Advance(AdvanceData data, string? requestId) =>
        new() { RequestId = requestId, Until = data.Until, Count = data.Count, StopOn = (AdvanceStops)data.StopOn };
}
