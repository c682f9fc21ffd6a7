using Trading.MarketData.Candles;

namespace Trading.MarketData.Settings;

/// <summary>Settings of the data manager (OHLCV-159), section <c>Data</c>. <c>Problems</c> of each part names every wrong setting, its value and the rule.</summary>
public sealed class MarketDataOptions
{
    public const string Section = "Data";

    /// <summary>Where candles lie and how they are paged.</summary>
    public StorageSettings Storage { get; set; } = new();

    /// <summary>Whom to ask, in which order, how often.</summary>
    public ProviderSettings Providers { get; set; } = new();

    /// <summary>The nightly update.</summary>
    public NightlySettings Nightly { get; set; } = new();

    /// <summary>Rules per asset class (OHLCV-084): <c>us_equity</c>, <c>crypto</c>, <c>forex</c>.</summary>
    public Dictionary<string, AssetClassSettings> AssetClasses { get; set; } = [];

    /// <summary>Special closings by date, <c>YYYY-MM-DD</c> to reason, added to the NYSE calendar without a release (OHLCV-087).</summary>
    public Dictionary<string, string> SpecialClosures { get; set; } = [];

    /// <summary>Special early closes by date, <c>YYYY-MM-DD</c> to New York time <c>HH:mm</c>.</summary>
    public Dictionary<string, string> SpecialEarlyCloses { get; set; } = [];

    /// <summary>Quote currencies by which <c>BASE-QUOTE</c> is known as crypto (OHLCV-083).</summary>
    public List<string> CryptoQuotes { get; set; } = [];

    /// <summary>The quotes in force: <see cref="CryptoQuotes"/>, or the default when it is empty (a bound list cannot replace a default list).</summary>
    public IReadOnlyList<string> CryptoQuotesInForce => CryptoQuotes.Count > 0 ? CryptoQuotes : Instruments.Currencies.DefaultCryptoQuotes;

    /// <summary>User ids that may start updates and fill gaps; empty: every account may.</summary>
    public List<string> Operators { get; set; } = [];
}

public sealed class StorageSettings
{
    /// <summary>Relative to the service's data folder, or absolute.</summary>
    public string BasePath { get; set; } = "storage";

    /// <summary>Relative to <see cref="BasePath"/>.</summary>
    public string CandlesPath { get; set; } = "candles";

    /// <summary>1 to <see cref="MaxPageSize"/>.</summary>
    public int DefaultPageSize { get; set; } = 1000;

    /// <summary>1 to 10,000.</summary>
    public int MaxPageSize { get; set; } = 10_000;

    /// <summary>How long a superseded file is kept, so that a session that began with it can go on with it (OHLCV-200). 0 to 3650 days.</summary>
    public int KeepSupersededDays { get; set; } = 30;

    /// <summary>Below this share of free space an alert is raised (OHLCV-168), 0 to 100.</summary>
    public double MinimumFreePercent { get; set; } = 10;

    /// <summary>Bytes of recently read days to keep in memory (OHLCV-180), 0 to 2^40.</summary>
    public long CacheBytes { get; set; } = 256L << 20;
}

public sealed class ProviderSettings
{
    /// <summary>Order in which providers are asked (OHLCV-007); a provider without a key is passed over.</summary>
    public List<string> Priority { get; set; } = [];

    /// <summary>The priority in force: <see cref="Priority"/>, or the default when it is empty (a bound list cannot replace a default list).</summary>
    public IReadOnlyList<string> PriorityInForce => Priority.Count > 0 ? Priority : DefaultPriority;

    public static IReadOnlyList<string> DefaultPriority { get; } = ["polygon", "financial_modeling_prep", "tiingo"];

    /// <summary>Upper bound of concurrent downloads over everything (OHLCV-161), 1 to 100.</summary>
    public int MaxConcurrentSymbols { get; set; } = 5;

    /// <summary>Requests per minute to Polygon over the whole cluster (OHLCV-010), 1 to 100,000.</summary>
    public int PolygonRequestsPerMinute { get; set; } = 5;

    public ProviderAccount Polygon { get; set; } = new() { BaseUrl = "https://api.polygon.io" };

    public ProviderAccount FinancialModelingPrep { get; set; } = new() { BaseUrl = "https://financialmodelingprep.com", RequestsPerMinute = 250 };

    public ProviderAccount Tiingo { get; set; } = new() { BaseUrl = "https://api.tiingo.com", RequestsPerMinute = 1 };

    public ProviderAccount Alpaca { get; set; } = new() { BaseUrl = "https://data.alpaca.markets", RequestsPerMinute = 200 };

    /// <summary>Accounts of providers that a build adds by registration, by name (OHLCV-014).</summary>
    public Dictionary<string, ProviderAccount> Others { get; set; } = [];

    /// <summary>Retries after a temporary failure (OHLCV-O02), 0 to 20.</summary>
    public int Retries { get; set; } = 5;

    /// <summary>First pause in seconds; doubles up to <see cref="LongestPauseSeconds"/>.</summary>
    public double FirstPauseSeconds { get; set; } = 1;

    public double LongestPauseSeconds { get; set; } = 60;

    /// <summary>Seconds until a request without an answer is given up, 1 to 25 (a grain call ends after 30).</summary>
    public double TimeoutSeconds { get; set; } = 20;
}

public sealed class ProviderAccount
{
    public string BaseUrl { get; set; } = "";

    /// <summary>The key; for Alpaca the key id. Empty: the provider is not configured. Never logged.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>Alpaca's secret key. Never logged.</summary>
    public string ApiSecret { get; set; } = "";

    /// <summary>Requests per minute over the whole cluster; null for Polygon, which has a setting of its own.</summary>
    public int? RequestsPerMinute { get; set; }
}

public sealed class NightlySettings
{
    /// <summary>Whether the daily schedule runs: <c>auto</c> (when a provider has a key), <c>true</c> or <c>false</c>.</summary>
    public string Schedule { get; set; } = "auto";

    /// <summary>New York time <c>HH:mm</c>, after the last session of the day (OHLCV-131), Monday to Friday.</summary>
    public string StartTime { get; set; } = "21:00";

    public bool EnableAutoResampling { get; set; } = true;

    /// <summary>Symbols in work at a time, 1 to 100; a request may say otherwise (OHLCV-160).</summary>
    public int MaxConcurrentSymbols { get; set; } = 5;

    public List<string> DefaultSymbols { get; set; } = [];

    public IReadOnlyList<string> DefaultSymbolsInForce => DefaultSymbols.Count > 0 ? DefaultSymbols : FactorySymbols;

    public static IReadOnlyList<string> FactorySymbols { get; } = ["AAPL", "GOOGL", "MSFT", "TSLA", "AMZN"];

    public List<string> TargetTimeframes { get; set; } = [];

    public IReadOnlyList<string> TargetTimeframesInForce => TargetTimeframes.Count > 0 ? TargetTimeframes : FactoryTimeframes;

    public static IReadOnlyList<string> FactoryTimeframes { get; } = [.. Timeframes.Names.Skip(1)];

    /// <summary>First day to fetch of a symbol that was never stored, in days before the last finished trading day, 1 to 20,000.</summary>
    public int FirstFetchDays { get; set; } = 30;

    /// <summary>How long results are kept (OHLCV-155), 1 to 3650.</summary>
    public int KeepResultsDays { get; set; } = 30;
}
