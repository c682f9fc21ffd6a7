using Microsoft.Extensions.Logging;
using Trading.GrainInterfaces.Sessions;

namespace Trading.Grains.Sessions;

/// <summary>A session says when its data changed: since an earlier run over the same, and since it began. What cannot be found out is not said, and never stops a session.</summary>
public sealed partial class SessionGrain
{
    private async Task<IReadOnlyList<SessionOutput>> WhatChanged(SessionDefinition definition, CreateCommand create, CancellationToken cancellationToken)
    {
        try
        {
            var earlier = await GrainFactory.GetGrain<IDataMemoryGrain>(_key.Tenant).Remember(SessionData.UsesOf(definition));
            return await loader.Data.ChangedSince(definition, earlier, create.RequestId, cancellationToken);
        }
#pragma warning disable CA1031 // see the summary
        catch (Exception failure) when (failure is not OperationCanceledException)
#pragma warning restore CA1031
        {
            LogChangeUnknown(failure, _key.Session, _key.Tenant);
            return [];
        }
    }

    private async Task SayWhatChanged(SessionMachine machine, ResumeSessionCommand resume, CancellationToken cancellationToken)
    {
        if (machine.End != SessionEnd.No) return;
        try
        {
            machine.WarnAtResume(await loader.Data.ChangedMeanwhile(machine.Definition, resume.RequestId, cancellationToken));
        }
#pragma warning disable CA1031 // see the summary
        catch (Exception failure) when (failure is not OperationCanceledException)
#pragma warning restore CA1031
        {
            LogChangeUnknown(failure, _key.Session, _key.Tenant);
        }
    }

    [LoggerMessage(3110, LogLevel.Warning, "Whether the data of session {Session} of {Tenant} changed is not known")]
    private partial void LogChangeUnknown(Exception failure, string session, string tenant);
}
