namespace Trading.MarketData.Imports;

/// <summary>One row of an input that cannot be taken (OHLCV-174).</summary>
/// <param name="File">The input's name.</param>
/// <param name="Line">Line or row, from 1; 0 when the whole input is meant.</param>
/// <param name="Column">The column's role: <c>time</c>, <c>open</c>, …; <c>row</c> when the row as a whole is meant.</param>
/// <param name="Value">What stands there, at most 64 characters, control characters replaced.</param>
/// <param name="Rule">What would be right.</param>
public sealed record ImportIssue(string File, long Line, string Column, string Value, string Rule)
{
    public override string ToString() => $"{File} line {Line}, {Column} '{Value}': must be {Rule}";
}

/// <summary>More rows of an input are unreadable than the caller allows, or it is no such input at all. The message is one line, fit to be shown.</summary>
public sealed class ImportException : Exception
{
    public ImportException()
    {
    }

    public ImportException(string message)
        : base(message)
    {
    }

    public ImportException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
