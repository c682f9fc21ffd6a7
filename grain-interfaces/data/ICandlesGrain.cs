using Trading.Engine.Bars;

namespace Trading.GrainInterfaces.Data;

/// <summary>Reads stored candles; key = the canonical symbol, or the symbol as asked for. A stateless worker: reading needs no single place.</summary>
[Alias("trading.candles")]
public interface ICandlesGrain : IGrainWithStringKey
{
    /// <summary>One page (OHLCV-044 to 060).</summary>
    [Alias("page")]
    [ResponseTimeout("00:00:30")]
    Task<CandlePageAnswer> GetPage(CandlePageRequest request, CancellationToken cancellationToken);
}

/// <summary>Questions about all stored data; key = 0. A stateless worker.</summary>
[Alias("trading.data-catalogue")]
public interface IDataCatalogueGrain : IGrainWithIntegerKey
{
    /// <summary>Symbols with stored data in a timeframe, sorted (OHLCV-061, OHLCV-062).</summary>
    [Alias("symbols")]
    [ResponseTimeout("00:00:30")]
    Task<SymbolsAnswer> GetSymbols(string timeframe, CancellationToken cancellationToken);

    /// <summary>Freshness per symbol, file system and providers (OHLCV-191 to 194).</summary>
    [Alias("health")]
    [ResponseTimeout("00:00:30")]
    Task<DataHealth> GetHealth(CancellationToken cancellationToken);
}

/// <param name="Symbol">As asked for, any form (OHLCV-D07).</param>
/// <param name="Timeframe">As asked for.</param>
/// <param name="StartDate">Days since 1970-01-01; null for no bound.</param>
/// <param name="EndDate">Days since 1970-01-01, inclusive.</param>
/// <param name="Descending">Newest first.</param>
/// <param name="Page">From 1.</param>
/// <param name="PageSize">Null for the default of the settings.</param>
/// <param name="Adjustment"><c>raw</c> (default), <c>split</c> or <c>adjusted</c>.</param>
[GenerateSerializer, Immutable, Alias("trading.candle-page-request")]
public sealed record CandlePageRequest(
    [property: Id(0)] string Symbol,
    [property: Id(1)] string Timeframe,
    [property: Id(2)] int? StartDate,
    [property: Id(3)] int? EndDate,
    [property: Id(4)] bool Descending,
    [property: Id(5)] int Page,
    [property: Id(6)] int? PageSize,
    [property: Id(7)] string Adjustment);

/// <summary>The page, or why there is none. Instants are microseconds since 1970-01-01Z, prices and volume 10⁻⁸ units; the columns have equal length.</summary>
[GenerateSerializer, Immutable, Alias("trading.candle-page-answer")]
public sealed record CandlePageAnswer
{
    [Id(0)] public DataProblem? Problem { get; init; }

    [Id(1)] public IReadOnlyList<long> Time { get; init; } = [];

    [Id(2)] public IReadOnlyList<long> Open { get; init; } = [];

    [Id(3)] public IReadOnlyList<long> High { get; init; } = [];

    [Id(4)] public IReadOnlyList<long> Low { get; init; } = [];

    [Id(5)] public IReadOnlyList<long> Close { get; init; } = [];

    [Id(6)] public IReadOnlyList<long> Volume { get; init; } = [];

    [Id(7)] public long? Start { get; init; }

    [Id(8)] public long? End { get; init; }

    [Id(9)] public int PageSize { get; init; }

    [Id(10)] public long TotalItems { get; init; }

    [Id(11)] public AssetClass AssetClass { get; init; }
}

[GenerateSerializer, Immutable, Alias("trading.symbols-answer")]
public sealed record SymbolsAnswer([property: Id(0)] DataProblem? Problem, [property: Id(1)] IReadOnlyList<string> Symbols);

/// <param name="Symbols">Freshness per symbol: the configured default symbols and everything stored, at most 1,000, stale ones first.</param>
/// <param name="SymbolCount">Symbols in all.</param>
/// <param name="StaleCount">Of these, stale.</param>
/// <param name="StoreBytes">Bytes of the store.</param>
/// <param name="FreeBytes">Free bytes of the device.</param>
/// <param name="TotalBytes">Size of the device.</param>
/// <param name="FileSystemProblem">Null when the store can be read and written and has room.</param>
/// <param name="DamagedFiles">Files set aside since the process began.</param>
/// <param name="Providers">One per configured provider.</param>
[GenerateSerializer, Immutable, Alias("trading.data-health")]
public sealed record DataHealth(
    [property: Id(0)] IReadOnlyList<SymbolFreshness> Symbols,
    [property: Id(1)] int SymbolCount,
    [property: Id(2)] int StaleCount,
    [property: Id(3)] long StoreBytes,
    [property: Id(4)] long FreeBytes,
    [property: Id(5)] long TotalBytes,
    [property: Id(6)] string? FileSystemProblem,
    [property: Id(7)] int DamagedFiles,
    [property: Id(8)] IReadOnlyList<ProviderHealth> Providers);

/// <param name="LastDay">Last stored trading day, days since 1970-01-01; null without data.</param>
/// <param name="LastUpdate">When its newest partition was fetched, microseconds since 1970-01-01Z; null without data.</param>
/// <param name="IsStale">Older than one trading day (OHLCV-O23).</param>
[GenerateSerializer, Immutable, Alias("trading.symbol-freshness")]
public sealed record SymbolFreshness([property: Id(0)] string Symbol, [property: Id(1)] int? LastDay, [property: Id(2)] long? LastUpdate, [property: Id(3)] bool IsStale);

/// <param name="IsReachable">Null when it has not been asked yet.</param>
/// <param name="Problem">The last failure; null when the last request went well.</param>
/// <param name="CheckedAt">When it was last asked, microseconds since 1970-01-01Z.</param>
/// <param name="RequestsPerMinute">The limit in force.</param>
/// <param name="RemainingThisMinute">Requests left now.</param>
[GenerateSerializer, Immutable, Alias("trading.provider-health")]
public sealed record ProviderHealth(
    [property: Id(0)] string Provider,
    [property: Id(1)] bool? IsReachable,
    [property: Id(2)] string? Problem,
    [property: Id(3)] long? CheckedAt,
    [property: Id(4)] int RequestsPerMinute,
    [property: Id(5)] int RemainingThisMinute);
