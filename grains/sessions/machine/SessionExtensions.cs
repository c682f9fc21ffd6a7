using System.Collections.Frozen;

namespace Trading.Grains.Sessions;

/// <summary>The extensions of section 26 that a client may name in <c>create_session</c>, and <c>advanced_orders</c> (decision 006).</summary>
[Flags]
public enum SessionExtensions
{
    None = 0,
    SimulationResumed = 1,
    CancelOrders = 2,
    OrderUpdate = 4,
    ExtendedHours = 8,
    ReplaceOrder = 16,
    FractionalQuantity = 32,
    BatchedTicks = 64,
    FastForward = 128,
    Report = 256,
    Execution = 512,
    AdvancedOrders = 1024,

    /// <summary>Any of these brings <c>order_update</c>: the answers to a cancel or a replace are order updates.</summary>
    AnyOrderUpdate = OrderUpdate | CancelOrders | ReplaceOrder,
}

/// <summary>Names of the extensions on the wire.</summary>
public static class SessionExtensionNames
{
    private static readonly FrozenDictionary<string, SessionExtensions> ByName = new Dictionary<string, SessionExtensions>
    {
        ["simulation_resumed"] = SessionExtensions.SimulationResumed,
        ["cancel_orders"] = SessionExtensions.CancelOrders,
        ["order_update"] = SessionExtensions.OrderUpdate,
        ["extended_hours"] = SessionExtensions.ExtendedHours,
        ["replace_order"] = SessionExtensions.ReplaceOrder,
        ["fractional_quantity"] = SessionExtensions.FractionalQuantity,
        ["batched_ticks"] = SessionExtensions.BatchedTicks,
        ["fast_forward"] = SessionExtensions.FastForward,
        ["report"] = SessionExtensions.Report,
        ["execution"] = SessionExtensions.Execution,
        ["advanced_orders"] = SessionExtensions.AdvancedOrders,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Every name that is offered, in ordinal order.</summary>
    public static IReadOnlyList<string> Offered { get; } = [.. ByName.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The named extensions; a name that is not offered is ignored (SIM-088).</summary>
    public static SessionExtensions Parse(IEnumerable<string> names)
    {
        var result = SessionExtensions.None;
        foreach (var name in names) result |= ByName.GetValueOrDefault(name);
        return result;
    }
}
