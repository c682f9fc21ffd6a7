using Trading.GrainInterfaces.Data;

namespace Trading.Grains.Tests.Data;

/// <summary>
/// When requests to a provider were granted. A request itself may be seen by the vendor later: the virtual clock moves whenever anybody waits by it, on a busy machine also while a granted request
/// is on its way.
/// </summary>
internal sealed class GrantWatch(Func<DateTimeOffset> now) : IIncomingGrainCallFilter
{
    private readonly Lock _lock = new();
    private readonly List<(DateTimeOffset Before, DateTimeOffset After)> _grants = [];

    /// <summary>Two instants of each grant, in order: it happened between them.</summary>
    public (DateTimeOffset Before, DateTimeOffset After)[] Grants
    {
        get
        {
            lock (_lock) return [.. _grants.OrderBy(grant => grant.After)];
        }
    }

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.Grain is not IProviderGrain)
        {
            await context.Invoke();
            return;
        }

        var before = now();
        await context.Invoke();
        if (context.Result is not BudgetAnswer { Granted: true }) return;
        lock (_lock) _grants.Add((before, now()));
    }
}
