using Microsoft.Extensions.Configuration;

namespace Trading.Gateway.Rest.Data;

/// <summary>What the gateway needs to know of the data manager's settings, section <c>Data</c>; the section's rules are checked where the service is put together.</summary>
internal sealed record DataApiOptions
{
    /// <summary>User ids that may start and end updates and fill gaps; empty (default): every account may.</summary>
    internal IReadOnlySet<string> Operators { get; init; } = new HashSet<string>();

    /// <summary>Largest page, 1 to 10,000; default 10,000.</summary>
    internal int MaxPageSize { get; init; } = 10_000;

    internal static DataApiOptions From(IConfiguration configuration)
    {
        var section = configuration.GetSection("Data");
        return new()
        {
            Operators = section.GetSection("Operators").GetChildren().Select(child => child.Value).OfType<string>().ToHashSet(StringComparer.Ordinal),
            MaxPageSize = section.GetValue("Storage:MaxPageSize", 10_000),
        };
    }
}
