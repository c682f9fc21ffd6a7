using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Trading.Protocol.Text;
using Trading.Protocol.Writing;

namespace Trading.Gateway.Rest;

/// <summary>HTTP errors with the payload of the protocol's <c>error</c> message (SIM-032).</summary>
internal static class RestError
{
    internal static async Task WriteAsync(HttpContext http, int status, string code, string message, long? retryAfterMs = null, Action<MessageWriter>? context = null, string? errorType = null)
    {
        using var json = new JsonText(512);
        var writer = new MessageWriter(json);
        var type = errorType ?? status switch
        {
            StatusCodes.Status429TooManyRequests => Protocol.ErrorTypes.RateLimit,
            StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden or >= 500 => Protocol.ErrorTypes.Connection,
            _ => Protocol.ErrorTypes.Validation,
        };
        writer.BeginErrorPayload(new ErrorData(code, message, type, "error", status != StatusCodes.Status403Forbidden, retryAfterMs), null);
        context?.Invoke(writer);
        writer.EndErrorPayload();
        if (status == StatusCodes.Status401Unauthorized) http.Response.Headers.WWWAuthenticate = "Bearer";
        if (retryAfterMs is { } wait) http.Response.Headers.RetryAfter = ((wait + 999) / 1000).ToString(System.Globalization.CultureInfo.InvariantCulture);
        await WriteAsync(http, status, json).ConfigureAwait(false);
    }

    /// <summary>Answers with JSON that was written; the text must live until this has ended.</summary>
    internal static Task WriteAsync(HttpContext http, int status, JsonText json) => WriteAsync(http, status, json.Written);

    /// <summary>Answers with an object.</summary>
    internal static Task WriteAsync<T>(HttpContext http, int status, T answer, JsonTypeInfo<T> type) => WriteAsync(http, status, JsonSerializer.SerializeToUtf8Bytes(answer, type).AsMemory());

    private static Task WriteAsync(HttpContext http, int status, ReadOnlyMemory<byte> body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = body.Length;
        http.Response.Headers.CacheControl = "no-store";
        return http.Response.Body.WriteAsync(body).AsTask();
    }
}
