using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Trading.GrainInterfaces;
using Trading.GrainInterfaces.Sessions;
using Trading.Storage.Journal;
using Trading.Storage.Results;

namespace Trading.Grains.Sessions;

/// <param name="Looked">Sessions whose last record was read.</param>
/// <param name="Expired">Unfinished sessions that ended, because nobody had resumed them in time.</param>
/// <param name="Deleted">Ended sessions whose retention was over.</param>
/// <param name="Failed">Sessions that could not be looked at or ended; the next rounds try again.</param>
/// <param name="Results">Reports removed.</param>
public readonly record struct RetentionRound(int Looked, int Expired, int Deleted, int Failed, int Results);

/// <summary>
/// Ends and removes what is over: unfinished sessions that nobody resumed in time (SIM-266), ended sessions and results after their retention
/// (SIM-O32). It only looks; what is due is done by the session's grain, the one writer of its journal.
/// </summary>
/// <remarks>
/// A round reads one record per session, wakes the grains of those that are due, one after the other, and is bounded by
/// <see cref="SessionOptions.RetentionSessions"/>. In a cluster every silo runs one: the grain decides, and doing it twice does nothing more.
/// </remarks>
public sealed partial class RetentionService(
    ISessionJournal journal,
    IResultStore results,
    IGrainFactory grains,
    IOptions<SessionOptions> options,
    TimeProvider time,
    ILogger<RetentionService> logger) : BackgroundService
{
    private const int PageSessions = 1000;

    /// <summary>Soon enough that a service which is started often gets to it, late enough not to stand in the way of a start.</summary>
    private static readonly TimeSpan FirstAfter = TimeSpan.FromMinutes(1);

    private readonly SessionOptions _options = options.Value;
    private SessionKey? _after;

    /// <summary>One round; begins where the one before stopped at its bound.</summary>
    public async Task<RetentionRound> RunRoundAsync(CancellationToken cancellationToken)
    {
        var round = default(RetentionRound);
        try
        {
            while (round.Looked < _options.RetentionSessions)
            {
                var size = Math.Min(PageSessions, _options.RetentionSessions - round.Looked);
                var page = await journal.ListAllAsync(_after, size, cancellationToken);
                foreach (var key in page)
                {
                    round = Count(round, await LookAsync(key, cancellationToken));
                    _after = key;
                }

                if (page.Count == size) continue;
                _after = null;
                break;
            }

            round = round with { Results = await results.PurgeAsync(_options.RetentionSessions, cancellationToken) };
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            LogInterrupted(failure);
        }

        if (round.Expired + round.Deleted + round.Failed + round.Results > 0) LogRound(round.Looked, round.Expired, round.Deleted, round.Failed, round.Results);
        return round;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.Delay(FirstAfter, time, stoppingToken);
            using var timer = new PeriodicTimer(_options.RetentionEvery, time);
            do await RunRoundAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // the service stops
        }
    }

    /// <returns>Null when it failed.</returns>
    private async Task<SessionRetention?> LookAsync(SessionKey key, CancellationToken cancellationToken)
    {
        try
        {
            var version = await journal.VersionAsync(key, cancellationToken);
            if (version == 0 || await RetentionRule.LastRecord(journal, key, version, cancellationToken) is not { } last) return SessionRetention.Kept;
            if (RetentionRule.Of(last, version, time.GetUtcNow(), _options) == SessionRetention.Kept) return SessionRetention.Kept;
            return await grains.GetGrain<ISessionGrain>(GrainKeys.Session(key.Tenant, key.Session)).Expire(cancellationToken);
        }
        catch (JournalUnavailableException)
        {
            // not this session's fault, and the next one would fare no better: the round ends
            throw;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // one session's failure stops no other
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogFailed(failure, key.Tenant, key.Session);
            return null;
        }
    }

    private static RetentionRound Count(RetentionRound round, SessionRetention? done) => round with
    {
        Looked = round.Looked + 1,
        Expired = round.Expired + (done == SessionRetention.Expired ? 1 : 0),
        Deleted = round.Deleted + (done == SessionRetention.Deleted ? 1 : 0),
        Failed = round.Failed + (done is null ? 1 : 0),
    };

    [LoggerMessage(3120, LogLevel.Information, "Retention looked at {Looked} sessions: {Expired} expired, {Deleted} deleted, {Failed} failed; {Results} reports removed")]
    private partial void LogRound(int looked, int expired, int deleted, int failed, int results);

    [LoggerMessage(3121, LogLevel.Warning, "Session {Session} of {Tenant} could not be ended or removed; the next round tries again")]
    private partial void LogFailed(Exception failure, string tenant, string session);

    [LoggerMessage(3122, LogLevel.Warning, "A round of retention was interrupted; the next one goes on from there")]
    private partial void LogInterrupted(Exception failure);
}
