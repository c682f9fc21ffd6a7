using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Providers;
using Orleans.Runtime;
using Orleans.Storage;

namespace Orleans.Embedded;

internal static class GrainStorages
{
    public static IGrainStorage Named(IServiceProvider services, string? name, GrainId grainId) =>
        services.GetKeyedService<IGrainStorage>(name ?? ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME)
            ?? throw new BadProviderConfigException($"No storage provider named \"{name ?? ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME}\" found loading grain type {grainId.Type}.");
}

/// <summary>A state that the activation reads before the grain wakes.</summary>
internal interface IActivationState
{
    Task ReadStateAsync();
}

/// <summary>One persistent state of one activation.</summary>
internal sealed class ActivationState<TState>(GrainId grainId, string name, IGrainStorage storage) : IPersistentState<TState>, IActivationState
{
    private readonly GrainState<TState> _state = new() { State = NewState() };

    public TState State
    {
        get => _state.State!;
        set => _state.State = value;
    }

    public string? Etag => _state.ETag;

    public bool RecordExists => _state.RecordExists;

    public async Task ReadStateAsync()
    {
        await Try(storage.ReadStateAsync);
        _state.State ??= NewState();
    }

    public Task WriteStateAsync() => Try(storage.WriteStateAsync);

    public async Task ClearStateAsync()
    {
        await Try(storage.ClearStateAsync);
        _state.State = NewState();
    }

    /// <summary>A conflict (an OrleansException) comes out as itself, any other failure inside an exception that says which state it was.</summary>
    private async Task Try(Func<string, GrainId, IGrainState<TState>, Task> operation, [CallerMemberName] string operationName = "")
    {
        try
        {
            await operation(name, grainId, _state);
        }
        catch (Exception failure) when (failure is not OrleansException)
        {
            throw new OrleansException($"Error from storage provider {storage.GetType().Name}.{name} during {operationName} for grain {grainId}", failure);
        }
    }

    private static TState NewState() =>
        typeof(TState).IsValueType || typeof(TState).GetConstructor([]) is not null
            ? Activator.CreateInstance<TState>()
            : (TState)RuntimeHelpers.GetUninitializedObject(typeof(TState));
}
