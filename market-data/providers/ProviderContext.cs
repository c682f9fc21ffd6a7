using Trading.Engine.Bars;
using Trading.MarketData.Settings;

namespace Trading.MarketData.Providers;

/// <summary>What a client is made from. <see cref="ToString"/> names the provider only: the account holds the key.</summary>
/// <param name="name">Identifier of the provider.</param>
/// <param name="account">Address and key; validated.</param>
/// <param name="http">Shared by all clients; follows no redirects.</param>
/// <param name="timeout">Until a request without an answer is given up.</param>
/// <param name="time">The clock.</param>
/// <param name="equityDays">Regular sessions of US equities.</param>
public sealed class ProviderContext(string name, ProviderAccount account, HttpClient http, TimeSpan timeout, TimeProvider time, TradingDays equityDays)
{
    public string Name { get; } = name;

    public ProviderAccount Account { get; } = account;

    public HttpClient Http { get; } = http;

    public TimeSpan Timeout { get; } = timeout;

    public TimeProvider Time { get; } = time;

    public TradingDays EquityDays { get; } = equityDays;

    public override string ToString() => Name;
}

/// <summary>How a provider enters the house: one entry in <see cref="ProviderTable.Registrations"/> or in the list given to <see cref="ProviderTable.Create"/> (OHLCV-014).</summary>
/// <param name="Name">Identifier in the settings' priority list.</param>
/// <param name="Account">Where its account stands in the settings.</param>
/// <param name="RequestsPerMinute">Its limit.</param>
/// <param name="Create">Makes the client.</param>
/// <param name="NeedsSecret">Whether it takes a secret beside the key.</param>
public sealed record ProviderRegistration(
    string Name,
    Func<ProviderSettings, ProviderAccount> Account,
    Func<ProviderSettings, int> RequestsPerMinute,
    Func<ProviderContext, IMarketDataProvider> Create,
    bool NeedsSecret = false)
{
    /// <summary>A provider whose account stands under <see cref="ProviderSettings.Others"/>; five requests per minute unless it says otherwise.</summary>
    public static ProviderRegistration Other(string name, Func<ProviderContext, IMarketDataProvider> create) => new(
        name,
        settings => settings.Others.GetValueOrDefault(name) ?? new ProviderAccount(),
        settings => settings.Others.GetValueOrDefault(name)?.RequestsPerMinute ?? 5,
        create);
}
