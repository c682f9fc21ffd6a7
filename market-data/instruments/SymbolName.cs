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
