using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Trading.Gateway.Auth;
using Trading.Gateway.Diagnostics;
using Trading.Protocol;
using Trading.Protocol.Writing;

namespace Trading.Gateway.Rest.Data;

/// <summary>What all routes of the data manager have in common: who may ask (OHLCV-198), and how a refusal or a failure is told (OHLCV-O05).</summary>
internal sealed class DataAccess(CallerIdentity callers, DataApiOptions options, ILogger<DataAccess> logger)
{
    /// <summary>Answers one request of an authenticated caller.</summary>
    /// <param name="http">The request.</param>
    /// <param name="handle">Writes the answer, or throws <see cref="RefusedException"/> before it has written anything.</param>
    /// <param name="unavailable">Told when a call fails; null = the data manager's.</param>
    internal async Task AnswerAsync(HttpContext http, Func<Identity, Task> handle, RefusedException? unavailable = null)
    {
        try
        {
            if (await callers.IdentifyAsync(http).ConfigureAwait(false) is not { } identity) return;
            identity.MarkCalls();
            await handle(identity).ConfigureAwait(false);
        }
        catch (RefusedException refused)
        {
            Risks.Refused(refused.Status, refused.Code);
            await WriteAsync(http, refused).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // nobody is there to be answered
        }
#pragma warning disable CA1031 // whatever a grain call fails with, the caller is told in one form and may come back
        catch (Exception failure) when (!http.Response.HasStarted)
#pragma warning restore CA1031
        {
            GatewayLog.DataRequestFailed(logger, http.GetEndpoint()?.DisplayName ?? "?", failure);
            await WriteAsync(http, unavailable ?? RefusedException.Unavailable("DATA_UNAVAILABLE", "The data manager did not answer; ask again")).ConfigureAwait(false);
        }
    }

    /// <summary>Refuses callers who may not change data (setting <c>Data:Operators</c>).</summary>
    internal void RequireOperator(Identity identity)
    {
        if (options.Operators.Count == 0 || options.Operators.Contains(identity.UserId)) return;
        throw new RefusedException(StatusCodes.Status403Forbidden, "OPERATOR_REQUIRED", "Only operators may start or end updates and fill gaps (setting Data:Operators)");
    }

    private static Task WriteAsync(HttpContext http, RefusedException refused) => RestError.WriteAsync(http, refused.Status, refused.Code, refused.Message, refused.RetryAfterMs, writer => Context(writer, refused), TypeOf(refused.Status));

    private static void Context(MessageWriter writer, RefusedException refused)
    {
        if (refused.Field is { } field) writer.ContextText("field", field);
        if (refused.Value is { } value) writer.ContextText("value", value);
        if (refused.Rule is { } rule) writer.ContextText("rule", rule);
    }

    private static string? TypeOf(int status) => status is StatusCodes.Status404NotFound or >= 500 ? ErrorTypes.Data : null;
}
