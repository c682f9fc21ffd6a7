using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Trading.GrainInterfaces;
using Trading.Protocol;

namespace Trading.Gateway.Rest;

/// <summary>What REST callers are told while a silo or the database is away: 503, when to ask again, and the documented body.</summary>
internal static class Unavailable
{
    private const long RetryAfterMs = 5_000;

    internal static async Task AnswerAsync(HttpContext http, RequestDelegate next, ILogger logger)
    {
        try
        {
            await next(http).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not BadHttpRequestException && PassingFailures.Include(failure) && !http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested)
        {
            GatewayLog.RequestUnavailable(logger, http.GetEndpoint()?.DisplayName ?? "?", failure);
            http.Response.Clear();
            await RestError.WriteAsync(http, StatusCodes.Status503ServiceUnavailable, ErrorCodes.InternalError, "The service cannot answer at the moment; ask again", RetryAfterMs).ConfigureAwait(false);
        }
    }
}
