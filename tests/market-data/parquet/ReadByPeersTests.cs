using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Trading.MarketData.Candles;
using Trading.MarketData.Parquet;

namespace Trading.MarketData.Tests.Parquet;

/// <summary>What is written here, as DuckDB and hyparquet see it.</summary>
public sealed class ReadByPeersTests : IDisposable
{
    private static readonly ParquetCodec[] Codecs = [ParquetCodec.Uncompressed, ParquetCodec.Snappy, ParquetCodec.Gzip, ParquetCodec.Brotli];
    private static readonly ParquetEncoding[] Encodings = [ParquetEncoding.Plain, ParquetEncoding.RleDictionary, ParquetEncoding.DeltaBinaryPacked];
    private readonly TemporaryDirectory _folder = new();

    [PeerFact]
    [Trait("req", "OHLCV-018")]
    [Trait("req", "OHLCV-020")]
    [Trait("req", "OHLCV-028")]
    [Trait("req", "OHLCV-042")]
    [Trait("req", "OHLCV-043")]
    public void Stored_files_open_in_DuckDB_and_hyparquet_with_equal_values()
    {
        CandleColumns[] all = [.. ((int[])[0, 1, 390, 100_000, 300_000]).Select(count => TestCandles.Walk(count, count)), TestCandles.Wild(5000, 1)];
        var format = new ParquetCandleFormat();
        var paths = all.Select((candles, at) => Save($"{at}.parquet", format.Write(candles, TestCandles.Info))).ToArray();
        var answers = Peers.Run("read.mjs", paths);
        for (var at = 0; at < all.Length; at++)
        {
            var digest = Digest(all[at]);
            foreach (var peer in (string[])["duckdb", "hyparquet"])
            {
                var seen = answers[at].GetProperty(peer);
                AssertValues(all[at], digest, seen, $"{peer}, {all[at].Count} rows");
                var metadata = seen.GetProperty("metadata");
                Assert.Equal("polygon", metadata.GetProperty("trading.provider").GetString());
                Assert.Equal("final", metadata.GetProperty("trading.finality").GetString());
                Assert.Equal(CandleFingerprint.Of(all[at]), metadata.GetProperty("trading.fingerprint").GetString());
            }

            AssertSchema(answers[at], all[at]);
        }
    }

    [PeerFact]
    public void All_encodings_and_compressions_open_in_DuckDB_and_hyparquet_with_equal_values()
    {
        CandleColumns[] all = [TestCandles.Walk(0, 1), TestCandles.Walk(1, 1), TestCandles.Walk(390, 1), TestCandles.Walk(100_000, 1), TestCandles.Wild(3000, 2)];
        List<(string Path, CandleColumns Candles)> files = [];
        foreach (var candles in all)
        {
            foreach (var codec in Codecs)
            {
                foreach (var encoding in Encodings)
                {
                    // of the large ones every compression and every encoding once
                    if (candles.Count > 50_000 && (Array.IndexOf(Codecs, codec) + Array.IndexOf(Encodings, encoding)) % 3 != 0) continue;
                    // alternate what would multiply the number of files again
                    var options = new ParquetWriteOptions { Codec = codec, PageVersion = 1 + ((files.Count + (files.Count / 3)) % 2), PageChecksums = files.Count % 5 != 0 };
                    files.Add((Save($"{files.Count}-{codec}-{encoding}.parquet", Write(candles, encoding, options)), candles));
                }
            }
        }

        var digests = all.ToDictionary(candles => candles, Digest);
        var answers = Peers.Run("read.mjs", [.. files.Select(file => file.Path)]);
        for (var at = 0; at < files.Count; at++)
        {
            foreach (var peer in (string[])["duckdb", "hyparquet"]) AssertValues(files[at].Candles, digests[files[at].Candles], answers[at].GetProperty(peer), $"{peer}, {files[at].Path}");
        }
    }

    public void Dispose() => _folder.Dispose();

    internal static byte[] Write(CandleColumns candles, ParquetEncoding encoding, ParquetWriteOptions options)
    {
        using var stream = new MemoryStream();
        ParquetWriteColumn[] columns = [ParquetWriteColumn.Timestamp("date"), .. ((string[])["open", "high", "low", "close", "volume"]).Select(ParquetWriteColumn.Units)];
        var writer = new ParquetWriter(stream, [.. columns.Select(column => column with { Encoding = encoding })], options);
        // two row groups of different sizes
        var half = candles.Count / 3;
        foreach (var (from, count) in ((int, int)[])[(0, half), (half, candles.Count - half)])
        {
            var part = candles.Slice(from, count);
            writer.Write([.. ((long[][])[part.Time, part.Open, part.High, part.Low, part.Close, part.Volume]).Select(column => ParquetValues.Of((ReadOnlyMemory<long>)column))]);
        }

        writer.Finish();
        return stream.ToArray();
    }

    private string Save(string name, byte[] bytes)
    {
        var path = Path.Combine(_folder.Path, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static void AssertSchema(JsonElement answer, CandleColumns candles)
    {
        var duckdb = answer.GetProperty("duckdb");
        Assert.Equal(
            ["date TIMESTAMP WITH TIME ZONE YES", .. ((string[])["open", "high", "low", "close", "volume"]).Select(name => $"{name} DECIMAL(18,8) YES")],
            duckdb.GetProperty("types").EnumerateArray().Select(type => type.GetString()!));
        Assert.Equal(
            ["date INT64 TIMESTAMP REQUIRED", .. ((string[])["open", "high", "low", "close", "volume"]).Select(name => $"{name} INT64 DECIMAL REQUIRED")],
            answer.GetProperty("hyparquet").GetProperty("types").EnumerateArray().Select(type => type.GetString()!));
        if (candles.Count == 0) return;
        Assert.True(duckdb.GetProperty("hasStatistics").GetBoolean());
        Assert.Equal(["SNAPPY DELTA_BINARY_PACKED"], duckdb.GetProperty("chunks").EnumerateArray().Select(chunk => chunk.GetString()!));
        var first = DateTime.Parse(answer.GetProperty("hyparquet").GetProperty("firstDate").GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);
        // JavaScript has milliseconds
        Assert.Equal(Math.Truncate(candles.Time[0] / 1000.0), (first - DateTime.UnixEpoch).TotalMilliseconds);
    }

    private static void AssertValues(CandleColumns candles, string digest, JsonElement seen, string where)
    {
        Assert.True(candles.Count == seen.GetProperty("rows").GetInt32(), where);
        if (candles.Count > 0) Assert.Equal(Row(candles, 0), seen.GetProperty("first").GetString());
        Assert.True(digest == seen.GetProperty("sha256").GetString(), $"values differ: {where}");
    }

    private static string Digest(CandleColumns candles)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var at = 0; at < candles.Count; at++) hash.AppendData(Encoding.ASCII.GetBytes(Row(candles, at) + "\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string Row(CandleColumns candles, int at) =>
        string.Create(CultureInfo.InvariantCulture, $"{candles.Time[at]}|{Show(candles.Open[at])}|{Show(candles.High[at])}|{Show(candles.Low[at])}|{Show(candles.Close[at])}|{Show(candles.Volume[at])}");

    private static string Show(long units) => (units / 100_000_000m).ToString("F8", CultureInfo.InvariantCulture);
}
