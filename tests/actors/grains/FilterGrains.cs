namespace Trading.Actors.Tests;

/// <summary>Records that it ran, for calls of the filter tests only.</summary>
public sealed class OuterFilter(Signals signals) : IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.Grain is not FilteredGrain grain)
        {
            await context.Invoke();
            return;
        }

        var key = grain.GetPrimaryKeyString();
        signals.Log($"{key}:outer before {context.MethodName}({string.Join(",", Enumerable.Range(0, context.Request.GetArgumentCount()).Select(index => context.Request.GetArgument(index)))})");
        try
        {
            await context.Invoke();
            signals.Log($"{key}:outer after {context.Result}");
        }
        catch (InvalidOperationException exception)
        {
            signals.Log($"{key}:outer saw {exception.Message}");
            throw;
        }
    }
}

public sealed class InnerFilter(Signals signals, IGrainFactory grains) : IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.Grain is not FilteredGrain grain)
        {
            await context.Invoke();
            return;
        }

        var key = grain.GetPrimaryKeyString();
        signals.Log($"{key}:inner before {context.TargetId == grain.GetGrainId()} {grains is not null} {context.InterfaceMethod.Name}");
        if (context.MethodName == nameof(IFilteredGrain.Refused))
        {
            throw new UnauthorizedAccessException("not yours");
        }

        await context.Invoke();
        if (context.MethodName == nameof(IFilteredGrain.Doubled))
        {
            context.Result = 2 * (int)context.Result!;
        }
    }
}

public sealed class DepartureFilter(Signals signals) : IOutgoingGrainCallFilter
{
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        if (context.InterfaceName.Contains(nameof(IFilteredGrain), StringComparison.Ordinal))
        {
            signals.Log($"{context.TargetId.Key}:departs {context.MethodName}");
        }

        await context.Invoke();
    }
}

public interface IFilteredGrain : IGrainWithStringKey
{
    Task<int> Doubled(int value);

    Task<int> Failing(int value);

    Task Refused();

    ValueTask<string> Plain(string text, int number);
}

public sealed class FilteredGrain(Signals signals) : Grain, IFilteredGrain, IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        signals.Log($"{this.GetPrimaryKeyString()}:own");
        await context.Invoke();
    }

    public Task<int> Doubled(int value) => Task.FromResult(value);

    public async Task<int> Failing(int value)
    {
        await Task.Yield();
        throw new InvalidOperationException($"failed {value}");
    }

    public Task Refused()
    {
        signals.Log($"{this.GetPrimaryKeyString()}:reached");
        return Task.CompletedTask;
    }

    public ValueTask<string> Plain(string text, int number) => new($"{text}{number}");
}
