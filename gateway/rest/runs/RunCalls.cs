using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Trading.Gateway.Auth;
using Trading.Gateway.Grains;
using Trading.Gateway.Rest.Data;
using Trading.GrainInterfaces.Runs;

namespace Trading.Gateway.Rest.Runs;

/// <summary>What the routes of backtests and sweeps have in common.</summary>
internal sealed class RunCalls(IGatewayGrains grains, DataAccess access)
{
    private const string IdempotencyKey = "Idempotency-Key";
    private const int LongestKey = 128;

    /// <summary>Runs of one page of a list, by default and at most; each costs a call.</summary>
    private const int ListPage = 20;
    private const int MostListed = 100;

    /// <summary>Answers one request of an authenticated caller, on whose behalf every grain is called.</summary>
    internal Task AnswerAsync(HttpContext http, Func<Identity, Task> handle) => access.AnswerAsync(
        http,
        handle,
        RefusedException.Unavailable("RUNS_UNAVAILABLE", "The run could not be asked; ask again"));

    /// <summary>Begins a run; says in status and header <c>Location</c> whether it is new and where it is.</summary>
    internal async Task<RunStatus> BeginAsync(HttpContext http, Identity identity, RunKind kind, string route)
    {
        var id = IdOf(http, kind);
        var request = await RunBody.ReadAsync(http, kind).ConfigureAwait(false);
        var started = await grains.Run(identity.UserId, id).Begin(request, http.RequestAborted).ConfigureAwait(false);
        if (started.Problem is { } problem) throw Refusal(problem);
        http.Response.Headers.Location = $"{http.Request.PathBase}{route}/{id}";
        http.Response.StatusCode = started.IsNew ? StatusCodes.Status202Accepted : StatusCodes.Status200OK;
        return started.Status!;
    }

    /// <exception cref="RefusedException">The caller has no such run.</exception>
    internal async Task<RunStatus> StatusAsync(HttpContext http, Identity identity, RunKind kind) =>
        Own(await Run(http, identity, kind).GetStatus(http.RequestAborted).ConfigureAwait(false), kind);

    /// <inheritdoc cref="StatusAsync"/>
    internal async Task<RunStatus> CancelAsync(HttpContext http, Identity identity, RunKind kind)
    {
        // a run of the other kind must not be ended by the way
        await StatusAsync(http, identity, kind).ConfigureAwait(false);
        return Own(await Run(http, identity, kind).Cancel(http.RequestAborted).ConfigureAwait(false), kind);
    }

    /// <summary>The run that the route names; it need not exist.</summary>
    internal IRunGrain Run(HttpContext http, Identity identity, RunKind kind) =>
        Guid.TryParseExact(http.Request.RouteValues["id"] as string, "D", out var id) ? grains.Run(identity.UserId, id.ToString("D")) : throw Unknown(kind);

    internal static RefusedException Unknown(RunKind kind) => kind == RunKind.Backtest
        ? new(StatusCodes.Status404NotFound, "UNKNOWN_BACKTEST", "There is no backtest with this id")
        : new(StatusCodes.Status404NotFound, "UNKNOWN_SWEEP", "There is no sweep with this id");

    /// <summary>A page of the caller's runs, newest first.</summary>
    internal async Task<(RunSummaryMessage[] Runs, PaginationMessage Pagination)> ListAsync(HttpContext http, Identity identity, RunKind kind)
    {
        var query = new QueryReader(http, "page", "page_size");
        var (page, size) = (query.Number("page", 1, 1_000_000) ?? 1, query.Number("page_size", 1, MostListed) ?? ListPage);
        var list = await grains.Runs(identity.UserId).List(kind, (page - 1) * size, size, http.RequestAborted).ConfigureAwait(false);
        var statuses = await Task.WhenAll(list.Ids.Select(id => grains.Run(identity.UserId, id).GetStatus(http.RequestAborted))).ConfigureAwait(false);

        // one whose beginning was interrupted is none
        return ([.. statuses.OfType<RunStatus>().Select(RunAnswers.Summary)], RunAnswers.Pagination(page, size, list.Total));
    }

    private static RunStatus Own(RunStatus? status, RunKind kind) => status?.Request.Kind == kind ? status : throw Unknown(kind);

    /// <summary>With a key of the caller's the id follows from it, so that a repeated request meets the run that the first one began.</summary>
    private static string IdOf(HttpContext http, RunKind kind)
    {
        if (!http.Request.Headers.TryGetValue(IdempotencyKey, out var values)) return Guid.NewGuid().ToString("D");
        if (values.Count != 1 || values[0] is not { Length: > 0 and <= LongestKey } key || key.Any(character => character is < ' ' or > '~'))
        {
            throw new RefusedException(StatusCodes.Status400BadRequest, "INVALID_IDEMPOTENCY_KEY", $"The header {IdempotencyKey} must hold 1 to {LongestKey} printable ASCII characters, once");
        }

        var digest = SHA256.HashData(Encoding.ASCII.GetBytes($"{kind}\n{key}")).AsSpan(0, 16);

        // a UUID of version 8, whose bits are the maker's business (RFC 9562 section 5.8)
        digest[6] = (byte)((digest[6] & 0x0F) | 0x80);
        digest[8] = (byte)((digest[8] & 0x3F) | 0x80);
        return new Guid(digest, bigEndian: true).ToString("D");
    }

    private static RefusedException Refusal(RunProblem problem) => problem.Kind switch
    {
        RunProblemKind.Conflict => new(StatusCodes.Status409Conflict, problem.Code, problem.Message) { Field = problem.Field },
        RunProblemKind.Limit => new(StatusCodes.Status429TooManyRequests, problem.Code, problem.Message) { RetryAfterMs = 1_000 },
        RunProblemKind.Unavailable => RefusedException.Unavailable(problem.Code, problem.Message),
        _ => new(StatusCodes.Status422UnprocessableEntity, problem.Code, problem.Message) { Field = problem.Field },
    };
}
