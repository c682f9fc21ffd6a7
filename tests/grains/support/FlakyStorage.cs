using System.Collections.Concurrent;
using System.Text.Json;
using Orleans.Storage;

namespace Trading.Grains.Tests.Support;

internal enum WriteFault
{
    None,

    /// <summary>Nothing was stored.</summary>
    Lost,

    /// <summary>Everything was stored, but the answer got lost.</summary>
    Unanswered,
}

/// <summary>Grain states in memory whose next write can go wrong in either of the two ways that a writer cannot tell apart.</summary>
internal sealed class FlakyStorage : IGrainStorage
{
    private readonly ConcurrentDictionary<string, (byte[] Content, string Tag)> _documents = new();

    public WriteFault NextWrite { get; set; }

    /// <summary>Writes that have begun.</summary>
    public int Writes { get; private set; }

    /// <summary>What a write waits for before it stores what it was given at its beginning.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        grainState.RecordExists = _documents.TryGetValue($"{stateName}/{grainId}", out var document);
        grainState.ETag = grainState.RecordExists ? document.Tag : null;
        grainState.State = grainState.RecordExists ? JsonSerializer.Deserialize<T>(document.Content)! : Activator.CreateInstance<T>();
        return Task.CompletedTask;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var fault = NextWrite;
        NextWrite = WriteFault.None;
        Writes++;
        var content = JsonSerializer.SerializeToUtf8Bytes(grainState.State);
        await Gate;
        if (fault == WriteFault.Lost) throw new IOException("the write was lost");
        var tag = Guid.NewGuid().ToString("N");
        _documents[$"{stateName}/{grainId}"] = (content, tag);
        if (fault == WriteFault.Unanswered) throw new IOException("the answer was lost");
        grainState.ETag = tag;
        grainState.RecordExists = true;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => throw new NotSupportedException();
}
