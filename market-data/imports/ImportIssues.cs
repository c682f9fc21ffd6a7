using System.Text;

namespace Trading.MarketData.Imports;

/// <summary>The unreadable rows of one input: all are counted, the first ones are kept. Ends the reading when there are more than allowed.</summary>
/// <remarks>Not safe for concurrent use.</remarks>
public sealed class ImportIssues
{
    /// <summary>Issues kept to be shown.</summary>
    public const int MostKept = 20;

    private const int LongestValue = 64;
    private readonly List<ImportIssue> _first = [];
    private readonly SortedDictionary<string, long> _byRule = new(StringComparer.Ordinal);

    /// <param name="file">Name of the input, for people.</param>
    /// <param name="maxErrors">Rows that may be unreadable before the whole input is refused; 0: none may.</param>
    public ImportIssues(string file, long maxErrors)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxErrors);
        File = file;
        MaxErrors = maxErrors;
    }

    public string File { get; }

    public long MaxErrors { get; }

    /// <summary>Rows that were left out.</summary>
    public long Count { get; private set; }

    /// <summary>The first <see cref="MostKept"/>.</summary>
    public IReadOnlyList<ImportIssue> First => _first;

    /// <summary>Number of issues by rule.</summary>
    public IReadOnlyDictionary<string, long> ByRule => _byRule;

    /// <summary>Local times that occur twice because clocks went back, and were decided by the order of the rows.</summary>
    public long AmbiguousTimes { get; internal set; }

    /// <summary>Values that had more than 8 places and were rounded because the caller allowed it.</summary>
    public long Rounded { get; internal set; }

    /// <exception cref="ImportException">More issues than allowed.</exception>
    public void Add(long line, string column, ReadOnlySpan<byte> value, string rule)
    {
        Count++;
        var isFull = _first.Count >= MostKept;
        if (!isFull || Count > MaxErrors)
        {
            var issue = new ImportIssue(File, line, column, Show(value), rule);
            if (!isFull) _first.Add(issue);
            if (Count > MaxErrors) throw new ImportException(MaxErrors == 0 ? issue.ToString() : $"{issue} (more than {MaxErrors} unreadable rows)");
        }

        _byRule[rule] = _byRule.GetValueOrDefault(rule) + 1;
    }

    /// <summary>Text from a file as it may stand in a message: short, one line, without control characters.</summary>
    internal static string Show(ReadOnlySpan<byte> value)
    {
        var text = Encoding.UTF8.GetString(value.Length > LongestValue ? value[..LongestValue] : value);
        var safe = string.Concat(text.Select(character => char.IsControl(character) ? '\uFFFD' : character));
        return value.Length > LongestValue ? safe + "…" : safe;
    }
}
