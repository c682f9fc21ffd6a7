namespace Trading.Telemetry;

/// <summary>What is listened to: our own meters and span sources, which all begin with <c>Trading.</c>, and those of the libraries that the service stands on.</summary>
public static class TelemetrySources
{
    /// <summary>Meters; <c>*</c> stands for any rest of a name.</summary>
    public static string[] Meters { get; } =
        ["Trading.*", "Microsoft.Orleans", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime", "Npgsql"];

    /// <summary>Span sources. Requests to vendors are not among them: their addresses hold keys.</summary>
    public static string[] Spans { get; } = ["Trading.*", "Microsoft.Orleans.*", "Microsoft.AspNetCore", "Npgsql"];

    /// <summary>Instruments that have more series than the usual 2,000, and how many they may have.</summary>
    public static IReadOnlyDictionary<string, int> LargeInstruments { get; } = new Dictionary<string, int>(StringComparer.Ordinal) { ["trading.data.completeness"] = 10_001 };
}
