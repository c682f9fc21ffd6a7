using Microsoft.Extensions.Logging;
using Trading.GrainInterfaces.Sessions;

namespace Trading.Grains.Sessions;

/// <summary>The data used last, for the ranges used last.</summary>
/// <remarks>What is new is stored within a second, for many sessions at once: a warning is not worth a disk's answer for each session that is created.</remarks>
public sealed partial class DataMemoryGrain(
    [PersistentState("data-memory", "trading")] IPersistentState<DataMemoryState> state,
    ILogger<DataMemoryGrain> logger) : Grain, IDataMemoryGrain
{
    /// <summary>Symbols and ranges that are remembered of one user; those not used for longest are forgotten.</summary>
    internal const int Capacity = 256;

    private static readonly TimeSpan WriteDelay = TimeSpan.FromSeconds(1);

    private IGrainTimer? _write;

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_write is not null) await Write();
    }

    public Task<IReadOnlyList<DataUse>> Remember(IReadOnlyList<DataUse> uses)
    {
        ArgumentNullException.ThrowIfNull(uses);
        var known = state.State.Uses;
        var changed = new List<DataUse>();
        var isNews = false;
        foreach (var use in uses)
        {
            var at = known.FindIndex(use.IsOfTheSame);
            if (at >= 0 && known[at].Fingerprint != use.Fingerprint) changed.Add(known[at]);
            isNews |= at < 0 || known[at].Fingerprint != use.Fingerprint;
            if (at >= 0) known.RemoveAt(at);
            known.Add(use);
        }

        if (known.Count > Capacity) known.RemoveRange(0, known.Count - Capacity);
        if (isNews) _write ??= this.RegisterGrainTimer(_ => Write(), new GrainTimerCreationOptions { DueTime = WriteDelay, Period = Timeout.InfiniteTimeSpan });
        return Task.FromResult<IReadOnlyList<DataUse>>(changed);
    }

    private async Task Write()
    {
        _write?.Dispose();
        _write = null;
        try
        {
            await state.WriteStateAsync();
        }
#pragma warning disable CA1031 // it is only for warnings; the next activation begins with what is stored
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogForgotten(failure, this.GetPrimaryKeyString());
            DeactivateOnIdle();
        }
    }

    [LoggerMessage(3111, LogLevel.Warning, "What data the sessions of {Tenant} used was not stored")]
    private partial void LogForgotten(Exception failure, string tenant);
}

/// <summary>What a user's sessions used.</summary>
[GenerateSerializer, Alias("trading.data-memory-state")]
public sealed class DataMemoryState
{
    /// <summary>The one used last stands last.</summary>
    [Id(0)] public List<DataUse> Uses { get; set; } = [];
}
