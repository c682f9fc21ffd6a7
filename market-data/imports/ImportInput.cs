namespace Trading.MarketData.Imports;

/// <summary>One file to be imported.</summary>
/// <param name="Name">Name for people.</param>
/// <param name="Bytes">Size, for progress.</param>
/// <param name="Symbol">Symbol of its rows where the input has no column of symbols; canonical.</param>
/// <param name="Modified">When the file was last changed, in microseconds since 1970-01-01Z: the nearest thing to when its data were asked for.</param>
/// <param name="Read">Reads the file from its start; called again when the rows do not all fit into memory.</param>
public sealed record ImportInput(string Name, long Bytes, string? Symbol, long Modified, Func<ImportIssues, CancellationToken, IEnumerable<ImportBatch>> Read);

/// <summary>How inputs are taken.</summary>
public sealed record ImportOptions
{
    /// <summary>Whose data product it is, kept with every file.</summary>
    public string Provider { get; init; } = "import";

    /// <summary>How it came: <c>csv</c>, <c>lean</c>, <c>parquet</c>.</summary>
    public string Source { get; init; } = "csv";

    /// <summary><c>raw</c>; <c>split</c> or <c>adjusted</c> when the input had its prices adjusted already.</summary>
    public string DataVersion { get; init; } = "raw";

    /// <summary>Daily bars, for the daily timeframe; otherwise one-minute bars.</summary>
    public bool Daily { get; init; }

    /// <summary>Read and check everything, write nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>Make the longer timeframes of the days that the import touched.</summary>
    public bool Resample { get; init; } = true;

    /// <summary>Unreadable rows that a file may have before it is refused as a whole. 0: none.</summary>
    public long MaxErrors { get; init; }

    /// <summary>Rows kept in memory before they are written.</summary>
    public int BufferRows { get; init; } = 1_000_000;
}

/// <summary>What the importer is doing; for progress bars.</summary>
/// <param name="Step">What.</param>
/// <param name="Name">The file, or the symbol.</param>
/// <param name="Done">Bytes of inputs dealt with, or days resampled.</param>
/// <param name="Total">Of how many.</param>
public readonly record struct ImportProgress(ImportStep Step, string Name, long Done, long Total);

public enum ImportStep
{
    Reading = 0,
    Resampling = 1,
}
