using Trading.Engine.Orders;
using Trading.GrainInterfaces.Orders;
using Trading.GrainInterfaces.Portfolios;
using Trading.GrainInterfaces.Sessions;

namespace Trading.Grains.Tests.Support;

/// <summary>Stands in for the session grain on the callers' side, so that grains which ask it can be tested without a simulation.</summary>
internal sealed class SessionStandIn : IOutgoingGrainCallFilter
{
    private int _calls;

    /// <summary>How often anything was asked.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>Answer to <see cref="ISessionGrain.GetPortfolio"/>.</summary>
    public PortfolioUpdate? Portfolio { get; set; }

    /// <summary>Answer to <see cref="ISessionGrain.GetOrder"/>.</summary>
    public OrderRecord? Order { get; set; }

    /// <summary>Key and order id of the last question about an order.</summary>
    public (string Session, string Order) Asked { get; private set; }

    public static AccountState Account(long equity) => new(equity, equity, equity, 0, [], 0, 0);

    public static OrderRecord Record(string id, OrderState state) => new(
        id, 1, new ClientOrder { OrderId = id, Symbol = "KO" }, null, state, Reason.None, 0, [], []);

    public Task Invoke(IOutgoingGrainCallContext context)
    {
        if (context.InterfaceMethod.DeclaringType != typeof(ISessionGrain)) return context.Invoke();
        Interlocked.Increment(ref _calls);
        switch (context.InterfaceMethod.Name)
        {
            case nameof(ISessionGrain.GetPortfolio):
                context.Result = Portfolio;
                return Task.CompletedTask;
            case nameof(ISessionGrain.GetOrder):
                Asked = (context.TargetId.Key.ToString()!, (string)context.Request.GetArgument(0)!);
                context.Result = Order;
                return Task.CompletedTask;
            default:
                throw new NotSupportedException(context.InterfaceMethod.Name);
        }
    }
}
