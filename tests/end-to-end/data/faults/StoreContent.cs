using System.Globalization;
using Trading.MarketData.Parquet;
using Trading.MarketData.Store;

namespace Trading.EndToEnd.Tests.Data.Faults;

/// <summary>What lies in a store, read from its files without the store.</summary>
internal static class StoreContent
{
    /// <summary>The candle files by path below <c>candles/</c>.</summary>
    public static IReadOnlyList<string> Files(string store) => Directory.Exists(Path.Combine(store, "candles"))
        ? [.. Directory.EnumerateFiles(Path.Combine(store, "candles"), "*.parquet", SearchOption.AllDirectories).Where(file => Path.GetFileName(file)[0] != '.').Select(file => Path.GetRelativePath(Path.Combine(store, "candles"), file)).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>Every file with its candles, decoded with all checksums, and where they come from; the times of fetching are left out.</summary>
    public static SortedDictionary<string, string> Read(string store)
    {
        var content = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in Files(store)) content[file] = Text(store, file);
        return content;
    }

    /// <summary>One file with all its columns.</summary>
    public static CandleFileContent Decode(string store, string file) => new ParquetCandleFormat().Read(File.ReadAllBytes(Path.Combine(store, "candles", file)), CandleFields.All);

    private static string Text(string store, string file)
    {
        var (candles, info) = Decode(store, file);
        for (var at = 1; at < candles.Count; at++) Assert.True(candles.Time[at - 1] < candles.Time[at], $"{file}: a candle is doubled or out of order");
        return string.Create(CultureInfo.InvariantCulture, $"{candles.Count} {info.Fingerprint} {info.Provider} {info.Source} {info.DataVersion} {info.Finality} {string.Join(',', info.ConfirmedEmpty)}");
    }
}
