namespace Trading.MarketData.Parquet;

/// <summary>
/// What a file may ask of its reader. Counts and sizes in a file are claims of whoever wrote it; every allocation is bounded by these
/// limits and by what the claim can mean (a page of n integers has no reason to be much larger than n integers).
/// </summary>
public sealed record ParquetLimits
{
    /// <summary>Most rows of a file; default 2²⁸ (268 million).</summary>
    public long MaxRows { get; init; } = 1L << 28;

    /// <summary>Rows that a small file may always have; above that, at most <see cref="MaxRowsPerByte"/> rows per byte of the file are believed. Default 1,048,576.</summary>
    public long FreeRows { get; init; } = 1L << 20;

    /// <summary>Default 1,024.</summary>
    public long MaxRowsPerByte { get; init; } = 1024;

    /// <summary>Largest page of texts or bytes after decompression, and most bytes of the texts of one page; default 64 MiB.</summary>
    public int MaxPageBytes { get; init; } = 64 << 20;

    /// <summary>Largest footer; default 64 MiB.</summary>
    public int MaxFooterBytes { get; init; } = 64 << 20;
}
