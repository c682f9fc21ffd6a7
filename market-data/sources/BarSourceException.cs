namespace Trading.MarketData.Sources;

/// <summary>Why a series cannot be had.</summary>
public enum BarSourceProblem
{
    /// <summary>The symbol is not well-formed.</summary>
    BadSymbol = 1,

    /// <summary>No provider of that name exists.</summary>
    UnknownProvider = 2,

    /// <summary>The provider exists, but this deployment has no data of it.</summary>
    ProviderNotConfigured = 3,

    /// <summary>The data version is none that this deployment has for the provider.</summary>
    UnknownDataVersion = 4,

    /// <summary>The stored data break their format.</summary>
    MalformedData = 5,

    /// <summary>The stored data were adjusted before they came, so that this data version cannot be made of them.</summary>
    VersionNotAvailable = 6,
}

/// <summary>A series cannot be had; the message is fit to be shown to a client and names no path outside the data directory.</summary>
public class BarSourceException : Exception
{
    public BarSourceException(BarSourceProblem problem, string message, Exception? inner = null)
        : base(message, inner)
    {
        Problem = problem;
    }

    public BarSourceProblem Problem { get; }
}

/// <summary>A bar file breaks its format in one place.</summary>
public sealed class BarFormatException : BarSourceException
{
    /// <param name="file">Name of the file, without its directory.</param>
    /// <param name="line">1 for the header.</param>
    /// <param name="column">Name of the column, e.g. <c>high</c>.</param>
    /// <param name="value">The offending text, shortened and with control characters replaced.</param>
    /// <param name="expected">What would be right.</param>
    public BarFormatException(string file, int line, string column, string value, string expected)
        : base(BarSourceProblem.MalformedData, $"{file} line {line}, column {column}: '{value}' is wrong, expected {expected}")
    {
        File = file;
        Line = line;
        Column = column;
        Value = value;
        Expected = expected;
    }

    public string File { get; }

    public int Line { get; }

    public string Column { get; }

    public string Value { get; }

    public string Expected { get; }
}
