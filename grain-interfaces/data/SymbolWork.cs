namespace Trading.GrainInterfaces.Data;

/// <summary>Where one symbol of an update stands; kept by the run, so that it goes on where it stopped. Dates are days since 1970-01-01, instants microseconds since 1970-01-01Z.</summary>
[GenerateSerializer, Immutable, Alias("trading.symbol-work")]
public sealed record SymbolWork
{
    [Id(0)] public UpdatePhase Phase { get; init; } = UpdatePhase.Validating;

    /// <summary>Bounds of the days to look at; null for those of the symbol (OHLCV-123, OHLCV-124).</summary>
    [Id(1)] public int? FirstDate { get; init; }

    [Id(2)] public int? LastDate { get; init; }

    [Id(3)] public bool ForceValidation { get; init; } = true;

    [Id(4)] public bool Resample { get; init; } = true;

    /// <summary>Fetch time written into every partition of the run, so that a repeated slice writes the same bytes.</summary>
    [Id(5)] public long FetchedAt { get; init; }

    /// <summary>What is left to download, in order.</summary>
    [Id(6)] public IReadOnlyList<FetchRange> ToFetch { get; init; } = [];

    /// <summary>Days whose longer candles are to be made again, sorted.</summary>
    [Id(7)] public IReadOnlyList<int> ToResample { get; init; } = [];

    [Id(8)] public long CandlesDownloaded { get; init; }

    [Id(9)] public long CandlesResampled { get; init; }

    /// <summary>What went wrong without ending the work, at most 100 (OHLCV-166, OHLCV-174, OHLCV-176).</summary>
    [Id(10)] public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Ranges at the beginning, for the percentage.</summary>
    [Id(11)] public int RangesPlanned { get; init; }

    [Id(12)] public decimal? CompletenessPercent { get; init; }
}

/// <summary>A stretch of whole trading days, or one gap, to download from one provider after the other.</summary>
/// <param name="Start">First instant.</param>
/// <param name="End">First instant after it.</param>
/// <param name="Provider">Index into the priority list: who is asked now.</param>
/// <param name="Attempt">Failed attempts at this provider.</param>
/// <param name="MaxAttempts">Attempts at most for a gap fill; 0 for the settings' retries.</param>
[GenerateSerializer, Immutable, Alias("trading.fetch-range")]
public sealed record FetchRange(
    [property: Id(0)] long Start,
    [property: Id(1)] long End,
    [property: Id(2)] int Provider = 0,
    [property: Id(3)] int Attempt = 0,
    [property: Id(4)] int MaxAttempts = 0);

/// <param name="Work">Where the symbol stands now.</param>
/// <param name="IsDone">Nothing is left to do.</param>
/// <param name="Error">The symbol cannot be finished; null otherwise (OHLCV-127).</param>
/// <param name="WaitMs">Do the next slice no sooner than this.</param>
[GenerateSerializer, Immutable, Alias("trading.slice-result")]
public sealed record SliceResult([property: Id(0)] SymbolWork Work, [property: Id(1)] bool IsDone, [property: Id(2)] string? Error, [property: Id(3)] int WaitMs);
