namespace Trading.Actors.Tests;

[GenerateSerializer]
public sealed record Document
{
    [Id(0)]
    public string Title { get; set; } = "untitled";

    [Id(1)]
    public List<string> Lines { get; set; } = [];

    [Id(2)]
    public decimal Price { get; set; }

    [Id(3)]
    public Dictionary<string, long> Counts { get; set; } = [];
}

public interface IDocumentGrain : IGrainWithStringKey
{
    Task<Document> Read();

    Task<(bool Exists, bool HasTag)> Stored();

    Task Write(string title, params string[] lines);

    /// <summary>Changes the state in memory only.</summary>
    Task Scribble(string title);

    Task Clear();

    Task Leave();

    Task<Guid> Activation();

    /// <summary>Writes through a second view of the same stored state that has not seen the last write.</summary>
    Task WriteStale(bool catches);
}

public sealed class DocumentGrain(
    [PersistentState("document", ActorHost.Store)] IPersistentState<Document> state,
    [PersistentState("document", ActorHost.Store)] IPersistentState<Document> second) : Grain, IDocumentGrain
{
    private readonly Guid _activation = Guid.NewGuid();
    private bool _readBeforeActivation;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _readBeforeActivation = state.RecordExists;
        return Task.CompletedTask;
    }

    public Task<Document> Read() => Task.FromResult(state.State);

    public Task<(bool Exists, bool HasTag)> Stored() => Task.FromResult((_readBeforeActivation || state.RecordExists, state.Etag is not null));

    public async Task Write(string title, params string[] lines)
    {
        state.State.Title = title;
        state.State.Lines = [.. lines];
        state.State.Price = 1.23456789m;
        state.State.Counts = new() { [title] = long.MaxValue };
        await state.WriteStateAsync();
    }

    public Task Scribble(string title)
    {
        state.State.Title = title;
        state.State.Lines.Add(title);
        return Task.CompletedTask;
    }

    public Task Clear() => state.ClearStateAsync();

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public Task<Guid> Activation() => Task.FromResult(_activation);

    public async Task WriteStale(bool catches)
    {
        await state.ReadStateAsync();
        await second.ReadStateAsync();
        state.State.Title = "first";
        await state.WriteStateAsync();
        second.State.Title = "stale";
        try
        {
            await second.WriteStateAsync();
        }
        catch (Orleans.Storage.InconsistentStateException) when (catches)
        {
            await second.ReadStateAsync();
        }
    }
}

public interface IBaseStateGrain : IGrainWithStringKey
{
    Task<string> Rename(string title);

    Task Leave();
}

public sealed class BaseStateGrain : Grain<Document>, IBaseStateGrain
{
    public async Task<string> Rename(string title)
    {
        var before = State.Title;
        State.Title = title;
        await WriteStateAsync();
        return before;
    }

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}

/// <summary>A storage whose every write fails.</summary>
public sealed class BrokenStorage : Orleans.Storage.IGrainStorage
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        grainState.State = Activator.CreateInstance<T>();
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => throw new IOException("the disk is full");

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => throw new IOException("the disk is full");
}

public interface IUnluckyGrain : IGrainWithStringKey
{
    Task Write();

    Task<Guid> Activation();
}

public sealed class UnluckyGrain([PersistentState("document", ActorHost.Broken)] IPersistentState<Document> state) : Grain, IUnluckyGrain
{
    private readonly Guid _activation = Guid.NewGuid();

    public Task Write() => state.WriteStateAsync();

    public Task<Guid> Activation() => Task.FromResult(_activation);
}
