using Trading.Cluster.Tests.Support;

namespace Trading.Cluster.Tests.Deployments;

/// <summary>A data folder whose candle store holds the real minutes, as an operator fills it.</summary>
internal static class CandleFolder
{
    private static readonly Dictionary<string, string> NoEnvironment = [];

    /// <param name="data">The folder that the setting <c>Data</c> names.</param>
    public static async Task FillAsync(string data) =>
        await ServerProcess.RunAsync(Programs.Sim, NoEnvironment, ["data", "import", "csv", .. Directory.GetFiles(Programs.Bars, "*.csv").Order(StringComparer.Ordinal), "--store", Path.Combine(data, "storage")]);
}
