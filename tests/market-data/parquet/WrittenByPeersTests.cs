using System.Globalization;
using System.Text.Json;
using Trading.MarketData.Parquet;
using Trading.MarketData.Store;

namespace Trading.MarketData.Tests.Parquet;

/// <summary>What DuckDB, arrow-rs (parquet-wasm) and hyparquet-writer write, read here: types, nulls, row groups, encodings, compressions.</summary>
public sealed class WrittenByPeersTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    [PeerFact]
    [Trait("req", "OHLCV-020")]
    public void Files_of_other_writers_open_here_with_equal_values()
    {
        var answers = Peers.Run("write.mjs", _folder.Path);
        var tables = answers.Where(answer => answer.TryGetProperty("values", out _)).ToDictionary(answer => answer.GetProperty("table").GetString()!, Values);
        var paths = answers.Where(answer => answer.TryGetProperty("path", out _)).ToArray();
        Assert.Equal((3 * 16) + 5 + 4, paths.Length);
        var codecs = new SortedSet<ParquetCodec>();
        var encodings = new SortedSet<ParquetEncoding>();
        foreach (var answer in paths)
        {
            var path = answer.GetProperty("path").GetString()!;
            using var file = ParquetFile.Open(path);
            foreach (var (name, expected) in tables[answer.GetProperty("table").GetString()!])
            {
                AssertEqual(expected, file.Read(file.Column(name)!), path);
                AssertRowGroupsEqual(expected, file, name, path);
            }

            foreach (var chunk in file.Footer.RowGroups.SelectMany(group => group.Columns))
            {
                codecs.Add(chunk.Codec);
                encodings.UnionWith(chunk.Encodings);
            }
        }

        Assert.Equal([ParquetCodec.Uncompressed, ParquetCodec.Snappy, ParquetCodec.Gzip, ParquetCodec.Brotli], codecs);
        Assert.Equal(Enum.GetValues<ParquetEncoding>().Except([ParquetEncoding.BitPacked]), encodings);
        What_cannot_be_read_says_so();
        Candles_of_another_writer_are_candles();
    }

    public void Dispose() => _folder.Dispose();

    private static Dictionary<string, string?[]> Values(JsonElement answer) => answer.GetProperty("values").EnumerateObject()
        .ToDictionary(column => column.Name, column => column.Value.EnumerateArray().Select(value => value.GetString()).ToArray());

    private void What_cannot_be_read_says_so()
    {
        foreach (var (name, says) in ((string, string)[])[("zstd", "Zstd"), ("lz4", "Lz4Raw")])
        {
            using var file = ParquetFile.Open(Path.Combine(_folder.Path, $"{name}.parquet"));
            var problem = Assert.Throws<ParquetException>(() => file.Read(file.Columns[0]));
            Assert.Contains($"compression {says} is not supported", problem.Message, StringComparison.Ordinal);
        }

        using var nested = ParquetFile.Open(Path.Combine(_folder.Path, "nested.parquet"));
        Assert.Equal(["list.list.element", "struct.a", "i"], nested.Columns.Select(column => column.Name));
        Assert.Contains("nested", Assert.Throws<ParquetException>(() => nested.Read(nested.Columns[0])).Message, StringComparison.Ordinal);
        Assert.Equal(5000, nested.Read(nested.Columns[2]).Count);
    }

    private void Candles_of_another_writer_are_candles()
    {
        var read = new ParquetCandleFormat().Read(File.ReadAllBytes(Path.Combine(_folder.Path, "candles.parquet")), CandleFields.All);
        Assert.Equal(("import", "parquet", "raw"), (read.Info.Provider, read.Info.Source, read.Info.DataVersion));
        Assert.Equal(390, read.Columns.Count);
        for (var at = 0; at < 390; at++)
        {
            var cents = (at + 1) * 1_000_000L;
            Assert.Equal(
                (TestTime.At("2024-07-16 13:31") + (at * TestTime.Minute), cents, cents + TestCandles.Unit / 100 * 1, 0L, cents, (at + 1) * 100 * TestCandles.Unit),
                (read.Columns.Time[at], read.Columns.Open[at], read.Columns.High[at], read.Columns.Low[at], read.Columns.Close[at], read.Columns.Volume[at]));
        }
    }

    private static void AssertRowGroupsEqual(string?[] expected, ParquetFile file, string name, string path)
    {
        var from = 0;
        for (var group = 0; group < file.RowGroupCount; group++)
        {
            AssertEqual(expected[from..(from + file.RowsOf(group))], file.Read(file.Column(name)!, group), path);
            from += file.RowsOf(group);
        }

        Assert.Equal(expected.Length, from);
    }

    private static void AssertEqual(string?[] expected, ParquetColumn column, string path)
    {
        Assert.Equal(expected.Length, column.Count);
        Assert.Equal(expected.Count(value => value is null), column.NullCount);
        for (var row = 0; row < expected.Length; row++)
        {
            var isEqual = column.IsNull(row) ? expected[row] is null && IsZero(column, row) : expected[row] is { } text && IsEqual(text, column, row);
            Assert.True(isEqual, $"{path}, column {column.Info.Name} ({column.Info.Kind} on {column.Info.PhysicalType}), row {row}: expected {expected[row] ?? "null"}");
        }
    }

    /// <summary>The place of a null holds nothing left over.</summary>
    private static bool IsZero(ParquetColumn column, int row) => column switch
    {
        { Integers.IsEmpty: false } => column.Integers[row] == 0,
        { WideDecimals.IsEmpty: false } => column.WideDecimals[row] == 0,
        { Doubles.IsEmpty: false } => column.Doubles[row] == 0,
        { Floats.IsEmpty: false } => column.Floats[row] == 0,
        _ => column.Bytes(row).IsEmpty,
    };

    private static bool IsEqual(string text, ParquetColumn column, int row) => column.Info.Kind switch
    {
        ParquetKind.Text or ParquetKind.Bytes => column.Text(row) == text,
        ParquetKind.Double => column.Doubles[row] == double.Parse(text, CultureInfo.InvariantCulture),
        ParquetKind.Float => column.Floats[row] == double.Parse(text, CultureInfo.InvariantCulture),
        ParquetKind.Timestamp or ParquetKind.Date => Micros(column, row) == long.Parse(text, CultureInfo.InvariantCulture),
        ParquetKind.Decimal => Digits(text) == (column.WideDecimals.IsEmpty ? column.Integers[row] : column.WideDecimals[row]),
        _ => column.Integers[row] == long.Parse(text, CultureInfo.InvariantCulture),
    };

    private static Int128 Digits(string text) => Int128.Parse(text.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);

    private static long Micros(ParquetColumn column, int row) => (column.Info.Kind, column.Info.Unit) switch
    {
        (ParquetKind.Date, _) => column.Integers[row] * 86_400_000_000,
        (_, ParquetTimeUnit.Milliseconds) => column.Integers[row] * 1000,
        (_, ParquetTimeUnit.Nanoseconds) => column.Integers[row] / 1000,
        _ => column.Integers[row],
    };
}
