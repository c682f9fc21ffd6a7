using System.Net;
using System.Net.Http.Headers;

namespace Trading.MarketData.Providers.Http;

/// <summary>One GET at a time: bounded in time and size, without following redirects, so that no key goes to another host.</summary>
internal sealed class VendorHttp(HttpClient client, string provider, KeyGuard keys, TimeSpan timeout, TimeProvider time)
{
    /// <summary>Bytes of a decompressed body at most; a full Polygon page is about 6 MB.</summary>
    public const int MaxBody = 64 << 20;

    /// <summary>Sends one request. Whatever keeps a whole answer from arriving is a temporary failure.</summary>
    /// <exception cref="OperationCanceledException">The caller's token.</exception>
    public async Task<(HttpAnswer? Answer, ProviderFailure? Failure)> GetAsync(Uri address, IReadOnlyList<KeyValuePair<string, string>> headers, CancellationToken cancellationToken)
    {
        using var expiry = new CancellationTokenSource(timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, expiry.Token);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            foreach (var header in headers) request.Headers.TryAddWithoutValidation(header.Key, header.Value);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, linked.Token).ConfigureAwait(false);
            var body = await ReadAsync(response.Content, linked.Token).ConfigureAwait(false);
            if (body is null) return (null, Fail(FailureKind.Malformed, $"the answer is larger than {MaxBody >> 20} MB", (int)response.StatusCode));
            var type = response.Content.Headers.ContentType?.MediaType?.ToLowerInvariant() ?? "";
            return (new HttpAnswer((int)response.StatusCode, type, body.Value, RetryAfter(response.Headers), RedirectHost(address, response)), null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, Fail(FailureKind.Temporary, $"no answer within {timeout.TotalSeconds:0.#} s"));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or InvalidDataException or (InvalidOperationException and not ObjectDisposedException))
        {
            // the decoders of compressed bodies say "invalid operation" of invalid data
            cancellationToken.ThrowIfCancellationRequested();
            return (null, Fail(FailureKind.Temporary, keys.Clean($"the connection failed: {Innermost(exception)}")));
        }
    }

    private static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var buffer = new byte[Math.Clamp(content.Headers.ContentLength ?? 0, 16 << 10, 1 << 20)];
            var used = 0;
            while (true)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(used), cancellationToken).ConfigureAwait(false);
                if (read == 0) return buffer.AsMemory(0, used);
                used += read;
                if (used > MaxBody) return null;
                if (used == buffer.Length) Array.Resize(ref buffer, Math.Min(buffer.Length * 2, MaxBody + 1));
            }
        }
    }

    private TimeSpan? RetryAfter(HttpResponseHeaders headers)
    {
        var asked = headers.RetryAfter;
        var pause = asked?.Delta ?? (asked?.Date is { } date ? date - time.GetUtcNow() : null);
        if (pause is null) return null;
        return pause < TimeSpan.Zero ? TimeSpan.Zero : pause;
    }

    private static string? RedirectHost(Uri address, HttpResponseMessage response)
    {
        if ((int)response.StatusCode is < 300 or > 399) return null;
        var target = response.Headers.Location;
        return target is not null && Uri.TryCreate(address, target, out var there) && there.Host.Length > 0 ? there.Host : "nowhere";
    }

    private static string Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner) exception = inner;
        return exception.Message;
    }

    private ProviderFailure Fail(FailureKind kind, string message, int? status = null) => new(kind, provider, $"{provider}: {message}", null, status);

    /// <summary>The handler that all vendors share: decompresses, follows nothing, keeps no cookies, forgets connections after ten minutes so that DNS changes count.</summary>
    public static SocketsHttpHandler NewHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.All,
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        ConnectTimeout = TimeSpan.FromSeconds(10),
        MaxResponseHeadersLength = 64,
        // our trace ids are nobody else's business
        ActivityHeadersPropagator = null,
    };
}
