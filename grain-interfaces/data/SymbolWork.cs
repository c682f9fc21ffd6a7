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

    /// <summary>The last day whose stored candles were looked at; null before the first.</summary>
    [Id(13)] public int? ValidatedThrough { get; init; }

    /// <summary>All days that the run fetches, sorted; reporting counts what came of them.</summary>
    [Id(14)] public IReadOnlyList<int> Planned { get; init; } = [];

    /// <summary>Why the symbol will end as failed, once what was stored has its longer candles.</summary>
    [Id(15)] public string? Failure { get; init; }

    /// <summary>Providers that are not asked again by this run.</summary>
    [Id(16)] public IReadOnlyList<string> GivenUp { get; init; } = [];

    /// <summary>Days that every provider answered and none had anything of.</summary>
    [Id(17)] public IReadOnlyList<int> Silent { get; init; } = [];

    /// <summary>Expected candles of the days that were looked at.</summary>
    [Id(18)] public long Expected { get; init; }

    /// <summary>Stored candles of the days that were looked at, in regular hours; before reporting without those of <see cref="Planned"/>.</summary>
    [Id(19)] public long Actual { get; init; }

    /// <summary>Requests sent to providers.</summary>
    [Id(20)] public int Requests { get; init; }

    /// <summary>The last of <see cref="Planned"/> that was counted; null before the first.</summary>
    [Id(21)] public int? ReportedThrough { get; init; }

    /// <summary>Days to resample at the beginning, for the percentage.</summary>
    [Id(22)] public int DaysToResample { get; init; }

    /// <summary>How often in a row the store was busy with another writer.</summary>
    [Id(23)] public int Busy { get; init; }

    /// <summary>Splits and dividends have been asked for.</summary>
    [Id(24)] public bool HasActions { get; init; }

    /// <summary>Moves above 20 % between minutes among the candles that were stored (OHLCV-172).</summary>
    [Id(25)] public int Outliers { get; init; }
}

/// <summary>A stretch of whole trading days, or one gap, to download from one provider after the other.</summary>
/// <param name="Start">First instant.</param>
/// <param name="End">First instant after it.</param>
/// <param name="Provider">Index into the priority list: who is asked now.</param>
/// <param name="Attempt">Failed attempts at this provider.</param>
/// <param name="MaxAttempts">Attempts at most for a gap fill, over all providers; 0 for the settings' retries.</param>
/// <param name="Attempts">Failed attempts over all providers.</param>
/// <param name="HadFailure">A provider failed on it, so that the silence of the others proves nothing.</param>
[GenerateSerializer, Immutable, Alias("trading.fetch-range")]
public sealed record FetchRange(
    [property: Id(0)] long Start,
    [property: Id(1)] long End,
    [property: Id(2)] int Provider = 0,
    [property: Id(3)] int Attempt = 0,
    [property: Id(4)] int MaxAttempts = 0,
    [property: Id(5)] int Attempts = 0,
    [property: Id(6)] bool HadFailure = false);

/// <param name="Work">Where the symbol stands now.</param>
/// <param name="IsDone">Nothing is left to do.</param>
/// <param name="Error">The symbol cannot be finished; null otherwise (OHLCV-127).</param>
/// <param name="WaitMs">Do the next slice no sooner than this.</param>
[GenerateSerializer, Immutable, Alias("trading.slice-result")]
public sealed record SliceResult([property: Id(0)] SymbolWork Work, [property: Id(1)] bool IsDone, [property: Id(2)] string? Error, [property: Id(3)] int WaitMs);
