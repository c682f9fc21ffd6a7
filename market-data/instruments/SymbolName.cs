using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Trading.MarketData.Instruments;

/// <summary>
/// What a symbol may look like: 1 to 32 characters, upper-case letters and digits, with single <c>.</c>, <c>-</c> or <c>_</c> between
/// them (<c>BRK.B</c>). Nothing that passes can mean a directory to a file system.
/// </summary>
public static class SymbolName
{
    public const int MaxLength = 32;

    private static readonly SearchValues<char> LettersAndDigits = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

    /// <summary>True when <paramref name="symbol"/> is well-formed; otherwise <paramref name="problem"/> says what is wrong, fit to be shown to a client.</summary>
    public static bool IsValid([NotNullWhen(true)] string? symbol, [NotNullWhen(false)] out string? problem)
    {
        problem = Problem(symbol);
        return problem is null;
    }

    /// <exception cref="ArgumentException">The symbol is not well-formed.</exception>
    public static void Check(string? symbol)
    {
        if (!IsValid(symbol, out var problem)) throw new ArgumentException(problem, nameof(symbol));
    }

    /// <summary>
    /// The one form in which a symbol is stored and looked up (OHLCV-D07): upper case, percent-encoding resolved, currency pairs without slash
    /// (<c>GBP/USD</c>, <c>gbp%2Fusd</c> and <c>GBPUSD</c> are <c>GBPUSD</c>), a hyphen kept (<c>BTC-USD</c>).
    /// </summary>
    /// <param name="asked">What somebody wrote; surrounding spaces do not matter.</param>
    /// <param name="canonical">The canonical symbol; empty when there is none.</param>
    /// <param name="problem">What is wrong, fit to be shown to a client; null when nothing is.</param>
    public static bool TryCanonical(string? asked, out string canonical, [NotNullWhen(false)] out string? problem)
    {
        canonical = "";
        if (asked?.Length > 4 * MaxLength)
        {
            problem = $"a symbol has at most {MaxLength} characters";
            return false;
        }

        // one round of decoding only: what is still encoded then is no symbol
        var text = Upper(Uri.UnescapeDataString(asked ?? "").Trim(' '));
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0)
        {
            if (!IsPair(text.AsSpan(0, slash), text[(slash + 1)..]))
            {
                problem = "a slash may stand only between the two currencies of a pair, e.g. GBP/USD";
                return false;
            }

            text = text.Remove(slash, 1);
        }

        if (!IsValid(text, out problem)) return false;
        canonical = text;
        return true;
    }

    private static bool IsPair(ReadOnlySpan<char> first, string second) =>
        first.Length >= 2 && !first.ContainsAnyExcept(LettersAndDigits) && (Currencies.IsIso(second) || Currencies.DefaultCryptoQuotes.Contains(second));

    /// <summary>Only a to z: no other letter may become one that a symbol can have.</summary>
    private static string Upper(string text) => string.Create(text.Length, text, static (upper, from) =>
    {
        for (var at = 0; at < upper.Length; at++) upper[at] = char.IsAsciiLetterLower(from[at]) ? (char)(from[at] - 'a' + 'A') : from[at];
    });

    private static string? Problem(string? symbol)
    {
        if (string.IsNullOrEmpty(symbol)) return "a symbol has at least one character";
        if (symbol.Length > MaxLength) return $"a symbol has at most {MaxLength} characters, this one has {symbol.Length}";
        for (var at = 0; at < symbol.Length; at++)
        {
            if (LettersAndDigits.Contains(symbol[at])) continue;
            var between = symbol[at] is '.' or '-' or '_' && at > 0 && at < symbol.Length - 1 && LettersAndDigits.Contains(symbol[at - 1]);
            if (!between) return $"a symbol has only A to Z, 0 to 9 and single '.', '-' or '_' between them; character {at + 1} is {Show(symbol[at])}";
        }

        return null;
    }

    private static string Show(char character) => character is > ' ' and < '\u007f' ? $"'{character}'" : $"U+{(int)character:X4}";
}
