using Trading.Engine.Bars;
using Trading.MarketData.Markets;
using Trading.MarketData.Providers.Http;
using Trading.MarketData.Providers.Vendors;
using Trading.MarketData.Settings;

namespace Trading.MarketData.Providers;

/// <summary>The configured providers in the order in which they are asked (OHLCV-007). Providers without a key are passed over.</summary>
/// <remarks>Immutable and safe for concurrent use; one per process, disposed with it.</remarks>
public sealed class ProviderTable : IDisposable
{
    private readonly HttpClient _http;
    private readonly Dictionary<string, int> _requestsPerMinute;

    private ProviderTable(HttpClient http, IReadOnlyList<IMarketDataProvider> inOrder, IReadOnlyList<string> passedOver, Dictionary<string, int> requestsPerMinute)
    {
        _http = http;
        _requestsPerMinute = requestsPerMinute;
        InOrder = inOrder;
        PassedOver = passedOver;
    }

    /// <summary>The providers that a build knows by itself (OHLCV-006).</summary>
    public static IReadOnlyList<ProviderRegistration> Registrations { get; } =
    [
        new(PolygonClient.ProviderName, settings => settings.Polygon, settings => settings.Polygon.RequestsPerMinute ?? settings.PolygonRequestsPerMinute, context => new PolygonClient(context)),
        new(FinancialModelingPrepClient.ProviderName, settings => settings.FinancialModelingPrep, settings => settings.FinancialModelingPrep.RequestsPerMinute ?? 250, context => new FinancialModelingPrepClient(context)),
        new(TiingoClient.ProviderName, settings => settings.Tiingo, settings => settings.Tiingo.RequestsPerMinute ?? 1, context => new TiingoClient(context)),
        new(AlpacaClient.ProviderName, settings => settings.Alpaca, settings => settings.Alpaca.RequestsPerMinute ?? 200, context => new AlpacaClient(context), NeedsSecret: true),
    ];

    /// <summary>The configured providers, first priority first.</summary>
    public IReadOnlyList<IMarketDataProvider> InOrder { get; }

    /// <summary>Names in the priority list that have no key.</summary>
    public IReadOnlyList<string> PassedOver { get; }

    /// <summary>Makes the clients.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="markets">The markets, for regular hours.</param>
    /// <param name="time">The clock.</param>
    /// <param name="others">Providers beyond <see cref="Registrations"/> (OHLCV-014).</param>
    /// <exception cref="ArgumentException">A setting is wrong; the message names all of them (<see cref="Problems"/>).</exception>
    public static ProviderTable Create(MarketDataOptions options, MarketTable markets, TimeProvider time, params IReadOnlyList<ProviderRegistration> others)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(markets);
        var problems = Problems(options.Providers, others);
        if (problems.Count > 0) throw new ArgumentException(string.Join("; ", problems), nameof(options));
        // every request has a deadline of its own, from the given clock
        var http = new HttpClient(VendorHttp.NewHandler(), disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.TryAddWithoutValidation("Accept", "application/json");
        http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", "trading-market-data/1");
        var settings = options.Providers;
        var timeout = TimeSpan.FromSeconds(settings.TimeoutSeconds);
        var days = markets.For(AssetClass.Equity).Days;
        var known = settings.PriorityInForce.Select(name => Find(name, others)!).ToList();
        var configured = known.Where(registration => IsConfigured(registration, settings)).ToList();
        return new ProviderTable(
            http,
            [.. configured.Select(registration => registration.Create(new ProviderContext(registration.Name, registration.Account(settings), http, timeout, time, days)))],
            [.. known.Except(configured).Select(registration => registration.Name)],
            configured.ToDictionary(registration => registration.Name, registration => registration.RequestsPerMinute(settings), StringComparer.Ordinal));
    }

    /// <summary>Every wrong setting of the section, with its value and the rule; keys are never repeated.</summary>
    public static IReadOnlyList<string> Problems(ProviderSettings settings, params IReadOnlyList<ProviderRegistration> others)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var problems = new List<string>();
        foreach (var name in settings.PriorityInForce)
        {
            if (Find(name, others) is { } registration) AccountProblems(registration, settings, problems);
            else problems.Add($"{Setting("Priority")} names '{name}', which is no provider; known are {string.Join(", ", Registrations.Concat(others).Select(known => known.Name))}");
        }

        if (settings.PriorityInForce.Distinct(StringComparer.Ordinal).Count() != settings.PriorityInForce.Count) problems.Add($"{Setting("Priority")} names a provider twice");
        Range(nameof(settings.PolygonRequestsPerMinute), settings.PolygonRequestsPerMinute, 1, 100_000, problems);
        Range(nameof(settings.MaxConcurrentSymbols), settings.MaxConcurrentSymbols, 1, 100, problems);
        Range(nameof(settings.Retries), settings.Retries, 0, 20, problems);
        Range(nameof(settings.FirstPauseSeconds), settings.FirstPauseSeconds, 0.001, 3600, problems);
        Range(nameof(settings.LongestPauseSeconds), settings.LongestPauseSeconds, settings.FirstPauseSeconds, 3600, problems);
        Range(nameof(settings.TimeoutSeconds), settings.TimeoutSeconds, 1, 25, problems);
        return problems;
    }

    /// <summary>A configured provider by name; null when there is none.</summary>
    public IMarketDataProvider? Find(string name) => InOrder.FirstOrDefault(provider => provider.Name == name);

    /// <summary>The configured providers that have data of a class, first priority first.</summary>
    public IReadOnlyList<IMarketDataProvider> For(AssetClass assetClass) => [.. InOrder.Where(provider => provider.Serves(assetClass))];

    /// <summary>Requests per minute of a configured provider.</summary>
    /// <exception cref="KeyNotFoundException">It is not configured.</exception>
    public int RequestsPerMinute(string name) => _requestsPerMinute[name];

    public void Dispose() => _http.Dispose();

    private static ProviderRegistration? Find(string name, IReadOnlyList<ProviderRegistration> others) =>
        Registrations.Concat(others).FirstOrDefault(registration => registration.Name == name);

    private static bool IsConfigured(ProviderRegistration registration, ProviderSettings settings) => registration.Account(settings).ApiKey.Length > 0;

    private static void AccountProblems(ProviderRegistration registration, ProviderSettings settings, List<string> problems)
    {
        var account = registration.Account(settings);
        if (!IsConfigured(registration, settings)) return;
        var isWeb = Uri.TryCreate(account.BaseUrl, UriKind.Absolute, out var address) && address.Scheme is "https" or "http" && address is { Query: "", Fragment: "", UserInfo: "" };
        if (!isWeb) problems.Add($"the base URL of {registration.Name} is '{(address?.UserInfo.Length > 0 ? "…" : account.BaseUrl)}'; it must be an absolute http or https address without user, query and fragment");
        if (!IsHeaderText(account.ApiKey) || !IsHeaderText(account.ApiSecret)) problems.Add($"the key of {registration.Name} has a character that no key can have, or more than 512 of them");
        if (registration.NeedsSecret && account.ApiSecret.Length == 0) problems.Add($"{registration.Name} has a key, but no secret ({Setting("<provider>:ApiSecret")})");
        Range($"<requests per minute of {registration.Name}>", registration.RequestsPerMinute(settings), 1, 100_000, problems);
    }

    private static bool IsHeaderText(string key) => key.Length <= 512 && key.All(character => character is > ' ' and < '\u007f');

    private static void Range(string name, double value, double least, double most, List<string> problems)
    {
        // written so that a value that is no number fails
        if (!(value >= least && value <= most)) problems.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Setting(name)} is {value}; it must lie between {least} and {most}"));
    }

    private static string Setting(string name) => $"{MarketDataOptions.Section}:Providers:{name}";
}
