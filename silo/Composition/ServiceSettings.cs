using Microsoft.Extensions.Configuration;

namespace Trading.Silo.Composition;

/// <summary>What the host itself needs to know; every part of the service has a section of its own besides.</summary>
internal sealed record ServiceSettings(string Data, string Urls, IReadOnlyDictionary<string, string> Bars, bool Demo)
{
    public const string DefaultData = "./data";
    public const string DefaultUrls = "http://127.0.0.1:8080";

    /// <exception cref="StartException">A setting is wrong; the message names it, its value and the rule.</exception>
    public static ServiceSettings From(IConfiguration configuration)
    {
        var data = configuration[nameof(Data)] ?? DefaultData;
        if (string.IsNullOrWhiteSpace(data)) throw new StartException($"{nameof(Data)} is '{data}', but must be a folder");

        var urls = HostBuilding.CheckedUrls(nameof(Urls), configuration[nameof(Urls)] ?? DefaultUrls);

        var demo = configuration[nameof(Demo)] ?? "true";
        if (!bool.TryParse(demo, out var wantsDemo)) throw new StartException($"{nameof(Demo)} is '{demo}', but must be true or false");

        var bars = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var provider in configuration.GetSection(nameof(Bars)).GetChildren())
        {
            var folder = provider.Value ?? "";
            if (!Directory.Exists(folder)) throw new StartException($"{nameof(Bars)} of {provider.Key} is '{folder}', but no such folder exists");
            bars[provider.Key] = Path.GetFullPath(folder);
        }

        return new(Path.GetFullPath(data), urls, bars, wantsDemo);
    }
}
