using System.Globalization;
using System.Text.Json;
using Orleans.Runtime;

namespace Orleans.Storage;

/// <summary>Grain states in memory. They are kept as JSON, so that a grain and the storage never share an object.</summary>
public sealed class MemoryGrainStorage : IGrainStorage
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(GrainId, string), (long Version, byte[]? Document)> _documents = [];

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        (long Version, byte[]? Document) stored;
        lock (_gate)
        {
            stored = _documents.GetValueOrDefault((grainId, stateName));
        }

        grainState.RecordExists = stored.Document is not null;
        grainState.ETag = Tag(stored.Version);
        grainState.State = stored.Document is null ? default : JsonSerializer.Deserialize<T>(stored.Document, GrainStateJson.Options);
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        Replace(stateName, grainId, grainState, JsonSerializer.SerializeToUtf8Bytes(grainState.State, GrainStateJson.Options));
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        Replace(stateName, grainId, grainState, null);
        return Task.CompletedTask;
    }

    private static string? Tag(long version) => version == 0 ? null : version.ToString(CultureInfo.InvariantCulture);

    private void Replace<T>(string stateName, GrainId grainId, IGrainState<T> grainState, byte[]? document)
    {
        lock (_gate)
        {
            // A cleared document keeps its version: who still holds the old one must not write over what comes next.
            var version = _documents.GetValueOrDefault((grainId, stateName)).Version;
            if (grainState.ETag != Tag(version))
            {
                throw new InconsistentStateException($"State {stateName} of {grainId} was changed by somebody else", Tag(version), grainState.ETag);
            }

            _documents[(grainId, stateName)] = (version + 1, document);
            grainState.ETag = Tag(version + 1);
            grainState.RecordExists = document is not null;
        }
    }
}

/// <summary>How grain states are written as JSON.</summary>
internal static class GrainStateJson
{
    public static JsonSerializerOptions Options { get; } = new() { IncludeFields = true };
}
