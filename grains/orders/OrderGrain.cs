using Trading.Engine.Orders;
using Trading.GrainInterfaces;
using Trading.GrainInterfaces.Orders;
using Trading.GrainInterfaces.Sessions;

namespace Trading.Grains.Orders;

/// <summary>
/// One order, for whoever looks at it. It exists for every order ever submitted and occupies memory for the two minutes after a look;
/// the record is the session's. An order in a final state is asked for once.
/// </summary>
[CollectionAgeLimit(Minutes = 2)]
public sealed class OrderGrain(IGrainFactory grains) : Grain, IOrderGrain
{
    private OrderRecord? _final;

    public async Task<OrderRecord?> Get(CancellationToken cancellationToken)
    {
        if (_final is not null) return _final;
        var key = GrainKeys.Split(this.GetPrimaryKeyString());
        if (key.Length != 3) return null;
        var record = await grains.GetGrain<ISessionGrain>(GrainKeys.Session(key[0], key[1])).GetOrder(key[2], cancellationToken);
        if (record is not null && IsFinal(record.State)) _final = record;
        return record;
    }

    private static bool IsFinal(OrderState state) =>
        state is OrderState.Filled or OrderState.Rejected or OrderState.Cancelled or OrderState.Expired or OrderState.Replaced;
}
