namespace Trading.MarketData.Providers.Vendors;

/// <summary>
/// The vendor's <c>next_url</c> as a continuation: path and query only. Its host is not looked at, since both names of the vendor and any proxy
/// between may stand there; requests go to the configured host whatever the link says.
/// </summary>
internal static class PolygonLink
{
    // what is sent anew with every page, and what must not be kept
    private static readonly string[] Ours = ["apiKey", "adjusted", "sort", "limit", "order"];

    /// <summary>The continuation of a link; null when it does not lead into <paramref name="folder"/>.</summary>
    public static string? Parse(string url, string folder)
    {
        if (!Uri.TryCreate(new Uri("https://vendor.invalid/"), url, out var address) || address.Scheme is not ("https" or "http")) return null;
        // Uri has resolved any dots in the path; a colon may come escaped
        var path = Uri.UnescapeDataString(address.AbsolutePath);
        var at = path.IndexOf(folder, StringComparison.OrdinalIgnoreCase);
        if (at < 0) return null;
        var tail = path[(at + folder.Length)..];
        if (tail.Contains("..", StringComparison.Ordinal) || tail.AsSpan().ContainsAny("?#%\\ ")) return null;
        var kept = address.Query.TrimStart('?').Split('&').Where(part => part.Length > 0 && !Ours.Contains(part.Split('=')[0], StringComparer.OrdinalIgnoreCase));
        return $"{folder}{tail}?{string.Join('&', kept)}";
    }

    /// <summary>Whether a stored continuation leads into the folder of the request at hand.</summary>
    public static bool IsUnder(string continuation, string folder) => continuation.StartsWith(folder, StringComparison.Ordinal) && Parse(continuation, folder) == continuation;

    /// <summary>The continuation with parameters added that it does not name itself.</summary>
    public static string Join(string continuation, string parameters)
    {
        var query = continuation[(continuation.IndexOf('?', StringComparison.Ordinal) + 1)..];
        var named = query.Split('&').Select(part => part.Split('=')[0]).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var added = parameters.Split('&').Where(part => !named.Contains(part.Split('=')[0]));
        return continuation + (query.Length > 0 ? "&" : "") + string.Join('&', added);
    }
}
