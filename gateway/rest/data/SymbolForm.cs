using System.Buffers;

namespace Trading.Gateway.Rest.Data;

/// <summary>
/// The outer form of a symbol, in any spelling that clients may use (OHLCV-D07): <c>AAPL</c>, <c>BRK.B</c>, <c>BTC-USD</c>, <c>GBP/USD</c>. What does not have it
/// reaches no grain and no path; which symbol it means, and whether there is one, is the data manager's business.
/// </summary>
internal static class SymbolForm
{
    internal const int MaximumLength = 32;

    private const string Rule = "must be a symbol: 1 to 32 letters and digits with single '.', '-', '_' or one '/' between them";

    private static readonly SearchValues<char> LettersAndDigits = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");

    /// <summary>A path's remainder as the symbol that was asked for: the one character that the server leaves encoded is a slash (OHLCV-059).</summary>
    internal static string FromPath(string rest) => Check("symbol", rest.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase));

    /// <exception cref="RefusedException">The text cannot be a symbol.</exception>
    internal static string Check(string field, string? symbol)
    {
        if (symbol is null || symbol.Length is 0 or > MaximumLength) throw Refuse(field, symbol);
        var slashes = 0;
        for (var at = 0; at < symbol.Length; at++)
        {
            var character = symbol[at];
            if (LettersAndDigits.Contains(character)) continue;
            if (character == '/') slashes++;
            var stands = at > 0 && at < symbol.Length - 1 && LettersAndDigits.Contains(symbol[at - 1]);
            if (!stands || slashes > 1 || character is not ('.' or '-' or '_' or '/')) throw Refuse(field, symbol);
        }

        return symbol;
    }

    private static RefusedException Refuse(string field, string? symbol) => RefusedException.Field422(field, symbol, Rule, "INVALID_SYMBOL");
}
