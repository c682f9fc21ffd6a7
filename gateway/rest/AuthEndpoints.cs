using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Trading.Gateway.Auth;
using Trading.Gateway.Diagnostics;
using Trading.Gateway.Grains;
using Trading.Protocol;
using Trading.Protocol.Text;

namespace Trading.Gateway.Rest;

/// <summary><c>POST /auth/token</c> and <c>GET /auth/limits</c> (section 4).</summary>
internal sealed class AuthEndpoints(IGatewayGrains grains, CallerIdentity callers, TokenService tokens, TimeProvider time)
{
    internal static void Map(IEndpointRouteBuilder routes, AuthEndpoints endpoints)
    {
        routes.MapPost("/auth/token", (Delegate)endpoints.TokenAsync)
            .WithName("exchangeKey").WithSummary("Exchanges an API key (header X-API-Key) for a token of one hour.").WithTags("auth")
            .Produces(StatusCodes.Status200OK, contentType: "application/json").Produces(StatusCodes.Status401Unauthorized).Produces(StatusCodes.Status403Forbidden).Produces(StatusCodes.Status429TooManyRequests).Produces(StatusCodes.Status503ServiceUnavailable);
        routes.MapGet("/auth/limits", (Delegate)endpoints.LimitsAsync)
            .WithName("readLimits").WithSummary("Limits of the user, their use, and when they reset. X-API-Key or Bearer.").WithTags("auth")
            .Produces(StatusCodes.Status200OK, contentType: "application/json").Produces(StatusCodes.Status401Unauthorized).Produces(StatusCodes.Status403Forbidden).Produces(StatusCodes.Status503ServiceUnavailable);
    }

    internal async Task TokenAsync(HttpContext http)
    {
        if (await callers.ByKeyAsync(http).ConfigureAwait(false) is not { } identity) return;
        var verdict = await grains.Tenant(identity.UserId).AdmitToken().ConfigureAwait(false);
        if (!verdict.Allowed)
        {
            var wait = Math.Max((verdict.ResetTime - time.GetUtcNow()).Ticks / TimeSpan.TicksPerMillisecond, 0);
            await RestError.WriteAsync(http, StatusCodes.Status429TooManyRequests, ErrorCodes.RateLimitExceeded, "Too many token requests", wait, writer =>
            {
                writer.ContextText("limit", verdict.LimitText);
                writer.ContextNumber("current_usage", verdict.CurrentUsage);
                writer.ContextText("reset_time", InstantText.Format(InstantText.Micros(verdict.ResetTime)));
                writer.ContextText("plan", verdict.Plan);
            }).ConfigureAwait(false);
            return;
        }

        Risks.TokenIssued();
        using var json = new JsonText(1024);
        json.Raw("{\"access_token\":"u8);
        json.String(tokens.Issue(identity));
        json.Raw(",\"expires_in\":"u8);
        json.Number(tokens.LifetimeSeconds);
        json.Raw(",\"token_type\":\"Bearer\",\"user_id\":"u8);
        json.String(identity.UserId);
        json.Raw(",\"plan\":"u8);
        json.String(identity.Plan);
        json.Raw("}"u8);
        await RestError.WriteAsync(http, StatusCodes.Status200OK, json).ConfigureAwait(false);
    }

    internal async Task LimitsAsync(HttpContext http)
    {
        if (await callers.IdentifyAsync(http).ConfigureAwait(false) is not { } identity) return;
        identity.MarkCalls();
        var view = await grains.Tenant(identity.UserId).GetLimits().ConfigureAwait(false);
        using var json = new JsonText(1024);
        json.Raw("{\"plan\":"u8);
        json.String(view.Plan);
        json.Raw(",\"limits\":"u8);
        Map(json, view.Limits, static (target, value) => target.Number(value));
        json.Raw(",\"usage\":"u8);
        Map(json, view.Usage, static (target, value) => target.Number(value));
        json.Raw(",\"reset_times\":"u8);
        Map(json, view.ResetTimes, static (target, value) => target.Instant(InstantText.Micros(value)));
        json.Raw("}"u8);
        await RestError.WriteAsync(http, StatusCodes.Status200OK, json).ConfigureAwait(false);
    }

    private static void Map<T>(JsonText json, IReadOnlyDictionary<string, T> map, Action<JsonText, T> write)
    {
        json.Raw((byte)'{');
        var first = true;
        foreach (var (name, value) in map)
        {
            if (!first) json.Raw((byte)',');
            first = false;
            json.String(name);
            json.Raw((byte)':');
            write(json, value);
        }

        json.Raw((byte)'}');
    }
}
