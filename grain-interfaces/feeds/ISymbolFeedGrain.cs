using Trading.GrainInterfaces.Sessions;

namespace Trading.GrainInterfaces.Feeds;

/// <summary>Availability and fingerprint of one symbol's bars; key = <c>provider/symbol</c>. Columns are read through the process's cache, never through messages.</summary>
[Alias("trading.symbol-feed")]
public interface ISymbolFeedGrain : IGrainWithStringKey
{
    /// <summary>What there is in a range; null when the provider holds no bars of the symbol at all.</summary>
    [Alias("availability")]
    Task<FeedAvailability?> GetAvailability(long start, long end, bool extendedHours, string dataVersion, CancellationToken cancellationToken);
}

/// <param name="Fingerprint">SHA-256 over the bars of the range, lower-case hex (EXEC-063).</param>
/// <param name="Source">Where the bars come from, e.g. <c>csv</c>, <c>synthetic</c>.</param>
[GenerateSerializer, Immutable, Alias("trading.feed-availability")]
public sealed record FeedAvailability([property: Id(0)] SymbolRange Range, [property: Id(1)] string Fingerprint, [property: Id(2)] string Source);
