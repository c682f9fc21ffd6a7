namespace Trading.MarketData.Providers.Http;

/// <summary>A delivered answer of a vendor.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="ContentType">Media type without parameters, lower case; empty when absent.</param>
/// <param name="Body">The body, decompressed.</param>
/// <param name="RetryAfter">What <c>Retry-After</c> asked for, as a length of time; null when absent or senseless.</param>
/// <param name="RedirectHost">Host to which a 3xx answer points.</param>
internal sealed record HttpAnswer(int Status, string ContentType, ReadOnlyMemory<byte> Body, TimeSpan? RetryAfter, string? RedirectHost)
{
    /// <summary>First bytes that are not white space or a byte-order mark; empty for an empty body.</summary>
    public ReadOnlySpan<byte> Start
    {
        get
        {
            var body = Body.Span;
            if (body.StartsWith("\uFEFF"u8)) body = body[3..];
            return body.TrimStart(" \t\r\n"u8);
        }
    }

    public bool LooksLikeJson => Start is [(byte)'{' or (byte)'[', ..];

    public bool LooksLikeHtml => ContentType == "text/html" || Start is [(byte)'<', ..];
}
