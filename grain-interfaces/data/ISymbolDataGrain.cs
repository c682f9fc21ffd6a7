namespace Trading.GrainInterfaces.Data;

/// <summary>The single writer of one symbol's partitions; key = the canonical symbol. Work comes in slices of at most some seconds, so that no call outlives its timeout.</summary>
[Alias("trading.symbol-data")]
public interface ISymbolDataGrain : IGrainWithStringKey
{
    /// <summary>
    /// Does the next slice of an update of the symbol. The plan lives in the caller's <see cref="SymbolWork"/>: the same slice may be repeated, also after a
    /// crash, and leaves the same data. While another run owns the symbol, the answer is to wait (OHLCV-141).
    /// </summary>
    [Alias("advance")]
    [ResponseTimeout("00:02:00")]
    Task<SliceResult> Advance(string run, SymbolWork work, CancellationToken cancellationToken);

    /// <summary>The run has ended or given the symbol up; another one may have it.</summary>
    [Alias("release")]
    Task Release(string run, CancellationToken cancellationToken);
}
