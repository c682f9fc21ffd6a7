using Microsoft.AspNetCore.Http;

namespace Trading.Gateway.Auth;

/// <summary>
/// Finds and checks the token of a request: query parameter <c>token</c>, or header <c>Authorization: Bearer</c> (SIM-020, SIM-024).
/// </summary>
internal static class BearerToken
{
    private const string Scheme = "Bearer ";

    /// <summary>Null when there is no token or it does not hold. A request with two different tokens is refused.</summary>
    internal static Identity? Verify(HttpContext http, TokenService tokens)
    {
        var query = http.Features.Get<TokenFeature>()?.Token;
        var header = FromHeader(http);
        if (query is not null && header is not null && query != header) return null;
        return (query ?? header) is { } token ? tokens.Verify(token) : null;
    }

    /// <summary>The same for REST, where the token comes by header only.</summary>
    internal static Identity? VerifyHeader(HttpContext http, TokenService tokens) => FromHeader(http) is { } token ? tokens.Verify(token) : null;

    private static string? FromHeader(HttpContext http)
    {
        var values = http.Request.Headers.Authorization;
        if (values.Count != 1 || values[0] is not { } value) return null;
        return value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? value[Scheme.Length..] : null;
    }
}
