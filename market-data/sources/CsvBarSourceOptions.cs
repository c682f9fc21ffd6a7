namespace Trading.MarketData.Sources;

/// <summary>Which directory holds the bars of which provider.</summary>
public sealed class CsvBarSourceOptions
{
    /// <summary>Provider name to data directory; a provider without a directory is known but not configured (SIM-139).</summary>
    public IReadOnlyDictionary<string, string> ProviderDirectories { get; init; } = new Dictionary<string, string>();

    /// <summary>One directory that serves the default provider, as the demo does.</summary>
    public static CsvBarSourceOptions ForDefaultProvider(string directory) =>
        new() { ProviderDirectories = new Dictionary<string, string> { [DataProviders.Default] = directory } };

    /// <exception cref="ArgumentException">A setting is wrong; the message names it, its value and the rule.</exception>
    public void Validate()
    {
        foreach (var (provider, directory) in ProviderDirectories)
        {
            if (!DataProviders.Known.Contains(provider))
            {
                throw new ArgumentException($"{nameof(ProviderDirectories)} names '{provider}', which is none of {string.Join(", ", DataProviders.Known.Order(StringComparer.Ordinal))}");
            }

            if (string.IsNullOrWhiteSpace(directory)) throw new ArgumentException($"{nameof(ProviderDirectories)}['{provider}'] is '{directory}', but must be a directory");
        }
    }
}
