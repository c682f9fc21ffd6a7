using Microsoft.AspNetCore.Http;
using Trading.Gateway.Grains;
using Trading.Gateway.Rest;
using Trading.GrainInterfaces.Tenants;
using Trading.Protocol;

namespace Trading.Gateway.Auth;

/// <summary>Who asks by REST: the header <c>X-API-Key</c>, or <c>Authorization: Bearer</c> (SIM-040, OHLCV-198).</summary>
internal sealed class CallerIdentity(IGatewayGrains grains, TokenService tokens)
{
    private const string KeyHeader = "X-API-Key";
    private const int MaximumKeyLength = 256;

    /// <summary>The caller by key if one was sent, otherwise by token; null after the refusal was written.</summary>
    internal async Task<Identity?> IdentifyAsync(HttpContext http)
    {
        if (http.Request.Headers.ContainsKey(KeyHeader)) return await ByKeyAsync(http).ConfigureAwait(false);
        var identity = BearerToken.VerifyHeader(http, tokens);
        if (identity is null) await RefuseAsync(http, "A valid API key or token is required").ConfigureAwait(false);
        return identity;
    }

    /// <summary>Who an API key belongs to; null after the refusal was written.</summary>
    internal async Task<Identity?> ByKeyAsync(HttpContext http)
    {
        var values = http.Request.Headers[KeyHeader];
        if (values.Count != 1 || values[0] is not { Length: > 0 and <= MaximumKeyLength } key)
        {
            await RefuseAsync(http, "The header X-API-Key is missing or malformed").ConfigureAwait(false);
            return null;
        }

        var verdict = await grains.Accounts().Authenticate(key, http.RequestAborted).ConfigureAwait(false);
        switch (verdict)
        {
            case { Status: KeyStatus.Active, UserId: { } user, Plan: { } plan, KeyId: { } keyId }:
                return new Identity(user, plan, keyId);
            case { Status: KeyStatus.Disabled }:
                await RestError.WriteAsync(http, StatusCodes.Status403Forbidden, ErrorCodes.KeyDisabled, "This API key is disabled").ConfigureAwait(false);
                return null;
            default:
                await RefuseAsync(http, "This API key is unknown").ConfigureAwait(false);
                return null;
        }
    }

    private static Task RefuseAsync(HttpContext http, string message) =>
        RestError.WriteAsync(http, StatusCodes.Status401Unauthorized, ErrorCodes.AuthenticationFailed, message);
}
