using Microsoft.Extensions.Logging;
using Trading.GrainInterfaces.Sessions;
using Trading.Storage.ReadModels;

namespace Trading.Grains.Sessions;

/// <summary>What dashboards and operators read in tables, as of each append (decision 017).</summary>
public sealed partial class SessionGrain
{
    /// <summary>What goes with the records that are about to be appended; null when the journal keeps no read models.</summary>
    private SessionChange? ChangeOf(SessionMachine machine)
    {
        if (!journal.KeepsReadModels) return null;
        try
        {
            return machine.TakeChange(isNew: _version == 0);
        }
#pragma warning disable CA1031 // what is only looked at must not keep the session's inputs from being written
        catch (Exception failure)
#pragma warning restore CA1031
        {
            machine.ForgetChanges();
            LogNoChange(failure, _key.Tenant, _key.Session);
            return null;
        }
    }

    /// <summary>The row of a session that nobody resumed in time.</summary>
    private SessionChange? ChangeOfExpiry(SessionRecord created, SessionRecord expired) => journal.KeepsReadModels
        ? new SessionChange { Run = ReadModelRows.Expired(SessionMachine.DefinitionOf(_key.Tenant, created.Created!, created.At), Instants.FromMicros(expired.At)) }
        : null;

    [LoggerMessage(3112, LogLevel.Error, "The tables about session {Session} of {Tenant} are behind its journal until its next append")]
    private partial void LogNoChange(Exception failure, string tenant, string session);
}
