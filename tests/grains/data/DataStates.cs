using System.Collections.Concurrent;
using System.Text.Json;
using Orleans.Storage;
using Trading.Grains.Data;

namespace Trading.Grains.Tests.Data;

/// <summary>Grain states in memory that outlive a host, tell when an update ends, and lose power with everything else.</summary>
internal sealed class DataStates : IGrainStorage
{
    private readonly ConcurrentDictionary<string, (byte[] Content, string Tag)> _documents;
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _ended = new();
    private int _writes;

    public DataStates()
        : this([])
    {
    }

    private DataStates(ConcurrentDictionary<string, (byte[] Content, string Tag)> documents) => _documents = documents;

    /// <summary>Whether the write of that number fails, counted from 1; after it was stored or instead.</summary>
    public Func<int, (bool Fails, bool IsStored)> Plan { get; set; } = _ => (false, false);

    /// <summary>Told of every state before it is stored.</summary>
    public Action<string, object?> Seen { get; set; } = (_, _) => { };

    public int Writes => Volatile.Read(ref _writes);

    /// <summary>The names of all stored states, kind and key.</summary>
    public IReadOnlyList<string> Names => [.. _documents.Keys];

    /// <summary>The same documents for the next host, without faults.</summary>
    public DataStates Copy() => new(new(_documents));

    /// <summary>Done when the update has been stored as ended.</summary>
    public Task Ended(string update) => _ended.GetOrAdd(update, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        grainState.RecordExists = _documents.TryGetValue($"{stateName}/{grainId}", out var document);
        grainState.ETag = grainState.RecordExists ? document.Tag : null;
        grainState.State = grainState.RecordExists ? JsonSerializer.Deserialize<T>(document.Content)! : Activator.CreateInstance<T>();
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var (fails, isStored) = Plan(Interlocked.Increment(ref _writes));
        Seen(stateName, grainState.State);
        var tag = Guid.NewGuid().ToString("N");
        if (!fails || isStored) _documents[$"{stateName}/{grainId}"] = (JsonSerializer.SerializeToUtf8Bytes(grainState.State), tag);
        if (fails) throw new IOException("the power is off");
        grainState.ETag = tag;
        grainState.RecordExists = true;
        if (grainState.State is DataUpdateState { CompletedAt: not null }) _ended.GetOrAdd(grainId.Key.ToString()!, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        _documents.TryRemove($"{stateName}/{grainId}", out _);
        (grainState.ETag, grainState.RecordExists, grainState.State) = (null, false, Activator.CreateInstance<T>());
        return Task.CompletedTask;
    }
}
