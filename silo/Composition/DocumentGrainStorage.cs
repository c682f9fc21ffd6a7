using System.Text.Json;
using Orleans.Storage;
using Trading.Storage.Documents;

namespace Trading.Silo.Composition;

/// <summary>Grain states as JSON documents with tags, on either actor runtime. Of two activations that write, one is told that it is late.</summary>
internal sealed class DocumentGrainStorage(IDocumentStore documents) : IGrainStorage
{
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var document = await documents.ReadAsync(Key(stateName, grainId), CancellationToken.None);
        grainState.ETag = document?.ETag;
        grainState.RecordExists = document is not null;
        grainState.State = document is { } found ? JsonSerializer.Deserialize<T>(found.Content.Span)! : Activator.CreateInstance<T>();
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(grainState.State);
        var tag = await documents.WriteAsync(Key(stateName, grainId), content, grainState.ETag, CancellationToken.None)
            ?? throw Late(stateName, grainId, grainState.ETag);
        grainState.ETag = tag;
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (grainState.ETag is { } tag && !await documents.DeleteAsync(Key(stateName, grainId), tag, CancellationToken.None)) throw Late(stateName, grainId, tag);
        grainState.ETag = null;
        grainState.RecordExists = false;
        grainState.State = Activator.CreateInstance<T>();
    }

    private static string Key(string stateName, GrainId grainId) => $"{stateName}/{grainId.Key}";

    private static InconsistentStateException Late(string stateName, GrainId grainId, string? tag) =>
        new($"state {stateName} of {grainId} was written by another activation", storedEtag: null, currentEtag: tag);
}
