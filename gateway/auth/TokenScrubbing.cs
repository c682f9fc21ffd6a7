using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Trading.Gateway.Auth;

/// <summary>The <c>token</c> query parameter, taken out of the request before anything could log it.</summary>
internal sealed record TokenFeature(string Token);

/// <summary>
/// Takes <c>token</c> out of the query as the very first thing that happens to a request: the host writes its "request starting" line, and starts its trace,
/// right after the context is made, before any middleware runs (SIM-025).
/// </summary>
internal sealed class TokenScrubbingContextFactory(IServiceProvider services) : IHttpContextFactory
{
    private readonly DefaultHttpContextFactory _inner = new(services);

    public HttpContext Create(IFeatureCollection featureCollection)
    {
        if (featureCollection.Get<IHttpRequestFeature>() is { QueryString.Length: > 0 } request && Take(request.QueryString, out var rest) is { } token)
        {
            request.QueryString = rest;
            request.RawTarget = request.Path + rest;
            featureCollection.Set(new TokenFeature(token));
        }

        return _inner.Create(featureCollection);
    }

    public void Dispose(HttpContext httpContext) => _inner.Dispose(httpContext);

    /// <summary>The first token of a query, and the query without any; null when there is none.</summary>
    internal static string? Take(string query, out string rest)
    {
        string? token = null;
        var kept = new StringBuilder();
        foreach (var part in query.AsSpan(1).Split('&'))
        {
            var pair = query.AsSpan(1)[part];
            // the name may be percent-encoded or in any case: what might be a token is never kept
            var equals = pair.IndexOf('=');
            var name = Uri.UnescapeDataString(equals < 0 ? pair : pair[..equals]);
            if (name.Equals("token", StringComparison.OrdinalIgnoreCase))
            {
                token ??= equals < 0 ? "" : Uri.UnescapeDataString(pair[(equals + 1)..]);
                continue;
            }

            kept.Append(kept.Length == 0 ? '?' : '&').Append(pair);
        }

        rest = token is null ? query : kept.ToString();
        return token;
    }
}
