using System.Text.Json;
using Orleans.Embedded;
using Orleans.Runtime;

namespace Orleans.Storage;

/// <summary>
/// Grain states as files: one JSON document per state, written beside its place, flushed to disk and renamed over it, so
/// that a crash leaves the old document or the new one. The ETag lives in the document. One process at a time.
/// </summary>
public sealed class FileGrainStorage : IGrainStorage
{
    private const int Stripes = 64;

    private readonly string _folder;
    private readonly SemaphoreSlim[] _gates = [.. Enumerable.Range(0, Stripes).Select(_ => new SemaphoreSlim(1))];

    public FileGrainStorage(string folder)
    {
        _folder = Path.GetFullPath(folder);
        Directory.CreateDirectory(_folder);
    }

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var stored = await Read<T>(PathOf(stateName, grainId)).ConfigureAwait(false);
        grainState.State = stored is null ? default : stored.State;
        grainState.ETag = stored?.ETag;
        grainState.RecordExists = stored is not null;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        // Serialized before the first await: the grain may go on changing its state afterwards.
        var etag = Guid.NewGuid().ToString("N");
        var document = JsonSerializer.SerializeToUtf8Bytes(new Document<T>(etag, grainState.State), GrainStateJson.Options);
        return Change(stateName, grainId, grainState, etag, path => AtomicFile.Write(path, document));
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        Change(stateName, grainId, grainState, null, static path =>
        {
            File.Delete(path);
            return Task.CompletedTask;
        });

    private static async Task<Document<T>?> Read<T>(string path)
    {
        try
        {
            var content = await File.ReadAllBytesAsync(path).ConfigureAwait(false);
            return JsonSerializer.Deserialize<Document<T>>(content, GrainStateJson.Options);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private async Task Change<T>(string stateName, GrainId grainId, IGrainState<T> grainState, string? etag, Func<string, Task> change)
    {
        var path = PathOf(stateName, grainId);
        var gate = _gates[(uint)path.GetHashCode(StringComparison.Ordinal) % Stripes];
        await gate.WaitAsync().ConfigureAwait(false);
        try
        {
            var stored = (await Read<JsonElement>(path).ConfigureAwait(false))?.ETag;
            if (stored != grainState.ETag)
            {
                throw new InconsistentStateException($"State {stateName} of {grainId} was changed by somebody else", stored, grainState.ETag);
            }

            await change(path).ConfigureAwait(false);
            grainState.ETag = etag;
            grainState.RecordExists = etag is not null;
        }
        finally
        {
            gate.Release();
        }
    }

    private string PathOf(string stateName, GrainId grainId) =>
        Path.Combine(_folder, AtomicFile.Name(grainId.Type.Value), $"{AtomicFile.Name(grainId.Key.Value)}.{AtomicFile.Name(stateName)}.json");

    private sealed record Document<T>(string ETag, T? State);
}
