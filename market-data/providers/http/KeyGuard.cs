namespace Trading.MarketData.Providers.Http;

/// <summary>Takes keys out of texts that come from outside, before anybody sees them: vendors repeat a wrong key in their error messages (OHLCV-015).</summary>
internal sealed class KeyGuard
{
    private const int MaxLength = 200;

    // shorter ones occur in texts by chance, and no vendor gives them out
    private const int ShortestKey = 8;
    private readonly string[] _secrets;

    /// <param name="secrets">Keys; those of less than eight characters are ignored.</param>
    public KeyGuard(params string[] secrets)
    {
        // the longest first, so that a key which contains another one leaves nothing behind
        _secrets = [.. secrets.Where(secret => secret.Length >= ShortestKey)
            .SelectMany(secret => new[] { secret, Uri.EscapeDataString(secret), Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(secret)) })
            .Distinct(StringComparer.Ordinal).OrderByDescending(secret => secret.Length)];
    }

    /// <summary>The text on one line, without keys, at most 200 characters.</summary>
    public string Clean(string text)
    {
        foreach (var secret in _secrets) text = text.Replace(secret, "***", StringComparison.OrdinalIgnoreCase);
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        var plain = string.Concat(line.Where(character => !char.IsControl(character)));
        return plain.Length <= MaxLength ? plain : plain[..MaxLength] + "…";
    }

    /// <summary>Whether the text holds a key.</summary>
    public bool Leaks(string text) => Array.Exists(_secrets, secret => text.Contains(secret, StringComparison.OrdinalIgnoreCase));
}
