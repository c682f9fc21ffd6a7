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
        await storage.ReadStateAsync(name, grainId, _state);
        _state.State ??= NewState();
    }

    public Task WriteStateAsync() => storage.WriteStateAsync(name, grainId, _state);

    public async Task ClearStateAsync()
    {
        await storage.ClearStateAsync(name, grainId, _state);
        _state.State = NewState();
    }

    private static TState NewState() =>
        typeof(TState).IsValueType || typeof(TState).GetConstructor([]) is not null
            ? Activator.CreateInstance<TState>()
            : (TState)RuntimeHelpers.GetUninitializedObject(typeof(TState));
}
