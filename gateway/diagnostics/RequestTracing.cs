using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Trading.Gateway.Diagnostics;

/// <summary>Gives the span that the web server makes for each request the name and attributes of the semantic conventions; never the path as it was sent, nor the query: both hold what clients chose.</summary>
internal static class RequestTracing
{
    internal static void UseRequestTracing(this IApplicationBuilder app) => app.Use(Trace);

    private static Task Trace(HttpContext http, RequestDelegate next)
    {
        Risks.Version(http.Request.Path);
        return http.Features.Get<IHttpActivityFeature>()?.Activity is { IsAllDataRequested: true } span ? Describe(http, span, next) : next(http);
    }

    private static async Task Describe(HttpContext http, Activity span, RequestDelegate next)
    {
        var method = Method(http.Request.Method);
        (span.DisplayName, var isDone) = (method, false);
        span.SetTag("http.request.method", method);
        span.SetTag("url.scheme", http.Request.Scheme);
        try
        {
            await next(http).ConfigureAwait(false);
            isDone = true;
        }
        finally
        {
            var status = isDone ? http.Response.StatusCode : StatusCodes.Status500InternalServerError;
            span.SetTag("http.response.status_code", status);
            if (status >= StatusCodes.Status500InternalServerError) span.SetStatus(ActivityStatusCode.Error);
            if ((http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText is { } route)
            {
                span.DisplayName = $"{method} {route}";
                span.SetTag("http.route", route);
            }
        }
    }

    /// <summary>A client may invent methods; they are all one to whoever counts them.</summary>
    private static string Method(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsPost(method) || HttpMethods.IsPut(method) || HttpMethods.IsDelete(method) || HttpMethods.IsHead(method)
        || HttpMethods.IsOptions(method) || HttpMethods.IsPatch(method) || HttpMethods.IsConnect(method)
            ? method.ToUpperInvariant()
            : "_OTHER";
}
