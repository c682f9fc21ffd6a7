using Microsoft.Extensions.Logging;
using Trading.GrainInterfaces;
using Trading.GrainInterfaces.Orders;
using Trading.GrainInterfaces.Portfolios;
using Trading.GrainInterfaces.Runs;
using Trading.GrainInterfaces.Sessions;
using Trading.GrainInterfaces.Tenants;

namespace Trading.Grains.Filters;

/// <summary>
/// The second lock on the door between tenants: the gateway builds grain keys from the verified token, and here the silo checks again that a
/// client's call reaches grains of its own user only (SIM-045).
/// </summary>
public sealed partial class TenantCallFilter(ILogger<TenantCallFilter> logger) : IIncomingGrainCallFilter
{
    public Task Invoke(IIncomingGrainCallContext context)
    {
        if (RequestContext.Get(CallContext.Tenant) is string caller && OwnerOf(context) is { } owner && !string.Equals(caller, owner, StringComparison.Ordinal))
        {
            LogStopped(context.InterfaceName, context.MethodName);
            throw new ForeignTenantException();
        }

        return context.Invoke();
    }

    /// <summary>The user that the grain belongs to; null when it belongs to nobody in particular.</summary>
    private static string? OwnerOf(IIncomingGrainCallContext context) => context.Grain switch
    {
        ISessionGrain or IPortfolioGrain or IOrderGrain or IRunGrain or IRunResultsGrain => GrainKeys.Split(context.TargetId.Key.ToString()!)[0],
        ITenantGrain or IDataMemoryGrain or IRunsGrain => context.TargetId.Key.ToString(),
        _ => null,
    };

    [LoggerMessage(3200, LogLevel.Warning, "A client's call of {Interface}.{Method} was about to reach another tenant's grain and was stopped")]
    private partial void LogStopped(string @interface, string method);
}
