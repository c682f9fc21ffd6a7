using System.Text;
using System.Text.Json;
using Trading.MarketData.Providers.Parsing;

namespace Trading.MarketData.Providers.Http;

/// <summary>Words in an error text that say what kind of failure it is, whatever the status; the first match counts.</summary>
/// <param name="Words">Part of the text, any case.</param>
/// <param name="Kind">What it means.</param>
internal readonly record struct KnownText(string Words, FailureKind Kind);

/// <summary>
/// Tells failures from data by status and body before anything is read as data: vendors send errors with status 200, as plain text or as HTML.
/// </summary>
/// <param name="provider">Name for messages.</param>
/// <param name="keys">Cleans what the vendor says.</param>
/// <param name="known">The vendor's own texts.</param>
/// <param name="isError">Whether a whole JSON body with a status of 200 is an error.</param>
internal sealed class AnswerCheck(string provider, KeyGuard keys, IReadOnlyList<KnownText> known, Func<Envelope, bool> isError)
{
    private static readonly string[] MessageMembers = ["error", "message", "Error Message", "detail", "errors", "msg"];

    /// <summary>The failure, or null and the outermost level of the data.</summary>
    public ProviderFailure? Check(HttpAnswer answer, out Envelope envelope)
    {
        envelope = new Envelope();
        if (answer.RedirectHost is { } host) return Fail(FailureKind.Malformed, answer, $"points to {keys.Clean(host)}; redirects are not followed");
        var form = answer.LooksLikeJson ? Envelope.Read(answer.Start, out envelope) : BodyForm.Other;
        var text = Text(answer, form, envelope);
        if (answer.Status is < 200 or > 299) return Fail(Known(text) ?? ByStatus(answer.Status), answer, text);
        return form switch
        {
            BodyForm.Truncated => Fail(FailureKind.Temporary, answer, "the answer ends in the middle"),
            BodyForm.Other when answer.Start.IsEmpty => Fail(FailureKind.Temporary, answer, "the answer is empty"),
            BodyForm.Other => Fail(Known(text) ?? FailureKind.Malformed, answer, $"no JSON but {text}"),
            _ when isError(envelope) => Fail(Known(text) ?? FailureKind.Malformed, answer, text),
            _ => null,
        };
    }

    /// <summary>A whole answer that is not what the protocol says.</summary>
    public ProviderFailure Malformed(string problem) => new(FailureKind.Malformed, provider, $"{provider}: {keys.Clean(problem)}", null, 200);

    private static FailureKind ByStatus(int status) => status switch
    {
        401 or 402 or 403 or 407 or 451 => FailureKind.Unauthorized,
        404 or 410 => FailureKind.NotAvailable,
        429 => FailureKind.RateLimited,
        408 or 413 or 425 or 499 or >= 500 => FailureKind.Temporary,
        _ => FailureKind.Malformed,
    };

    private FailureKind? Known(string text)
    {
        foreach (var entry in known)
        {
            if (text.Contains(entry.Words, StringComparison.OrdinalIgnoreCase)) return entry.Kind;
        }

        return null;
    }

    private string Text(HttpAnswer answer, BodyForm form, Envelope envelope)
    {
        if (answer.Start.IsEmpty) return "an empty answer";
        if (form == BodyForm.Json) return keys.Clean(JsonText(envelope));
        if (answer.LooksLikeHtml) return "an HTML page";
        var start = answer.Start;
        return keys.Clean($"\"{Encoding.UTF8.GetString(start[..Math.Min(start.Length, 1000)])}\"");
    }

    // the status word of Polygon (NOT_AUTHORIZED) is part of what the vendor says
    private static string JsonText(Envelope envelope)
    {
        var message = MessageMembers.Select(name => envelope[name]).FirstOrDefault(text => !string.IsNullOrEmpty(text));
        var status = envelope.KindOf("status") == JsonTokenType.String ? envelope["status"] : null;
        return (status, message) switch
        {
            (null, null) => "an error without a message",
            (null, _) => message,
            (_, null) => status,
            _ => $"{status}: {message}",
        };
    }

    private ProviderFailure Fail(FailureKind kind, HttpAnswer answer, string text)
    {
        var what = kind switch
        {
            FailureKind.Unauthorized => "refused the key or has no right to this",
            FailureKind.RateLimited => "allows no more requests now",
            FailureKind.QuotaExhausted => "quota is used up",
            FailureKind.NotAvailable => "has no such data",
            _ => "failed",
        };
        return new(kind, provider, $"{provider}: {what} (HTTP {answer.Status}): {text}", answer.RetryAfter, answer.Status);
    }
}
