using System.Buffers.Binary;
using Trading.MarketData.Candles;
using Trading.MarketData.Parquet;
using Trading.MarketData.Store;

namespace Trading.MarketData.Tests.Parquet;

/// <summary>Damaged files: flipped bits, cuts, splices, lengths set to extremes. Seeds reproduce every file.</summary>
public sealed class MutatedFilesTests : IDisposable
{
    private const int Files = 10_000;

    /// <summary>What one column of a small file may allocate whatever it claims: a million values (<see cref="ParquetLimits.FreeRows"/>), their nulls, a page of them, and some slack.</summary>
    private const long MostBytesPerColumn = 160L << 20;

    private static readonly ParquetCodec[] Codecs = [ParquetCodec.Uncompressed, ParquetCodec.Snappy, ParquetCodec.Gzip, ParquetCodec.Brotli];
    private static readonly ParquetEncoding[] Encodings = [ParquetEncoding.Plain, ParquetEncoding.RleDictionary, ParquetEncoding.DeltaBinaryPacked];
    private readonly TemporaryDirectory _folder = new();

    [Fact]
    [Trait("req", "OHLCV-169")]
    public void A_damaged_candle_file_gives_its_exact_rows_or_an_error()
    {
        var format = new ParquetCandleFormat();
        CandleColumns[] all = [TestCandles.Walk(390, 1), TestCandles.Walk(1, 2), TestCandles.Walk(0, 3), TestCandles.Wild(700, 4), TestCandles.Walk(60, 5)];
        var files = all.Select(candles => format.Write(candles, TestCandles.Info)).ToArray();
        int refused = 0, unharmed = 0;
        for (var seed = 0; seed < Files; seed++)
        {
            var which = seed % files.Length;
            var bytes = Mutate(files, which, new Random(seed));
            var fields = seed % 3 == 0 ? CandleFields.Close : CandleFields.All;
            try
            {
                var read = format.Read(bytes, fields);
                // a splice can be a whole other file, or change nothing
                var original = Array.FindIndex(files, file => file.AsSpan().SequenceEqual(bytes));
                if (original < 0) original = which;
                Assert.True(fields == CandleFields.All ? TestCandles.AreEqual(all[original], read.Columns) : all[original].Close.AsSpan().SequenceEqual(read.Columns.Close), $"seed {seed}: wrong rows");
                TestCandles.AssertEqual(TestCandles.Info, read.Info);
                unharmed++;
            }
            catch (CandleFileException)
            {
                refused++;
            }

            Summary(format, bytes, [.. all.Select(candles => candles.Count)], seed);
        }

        // damage outside the columns that were asked for is no harm
        Assert.True(refused > Files * 8 / 10 && refused + unharmed == Files, $"{refused} refused, {unharmed} unharmed");
    }

    [Fact]
    [Trait("req", "OHLCV-169")]
    public void Every_single_flipped_bit_of_a_day_is_detected()
    {
        var format = new ParquetCandleFormat();
        var bytes = format.Write(TestCandles.Walk(20, 1), TestCandles.Info);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<CandleFileException>(() => format.Read(bytes, CandleFields.All));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        for (var length = 0; length < bytes.Length; length++) Assert.Throws<CandleFileException>(() => format.Read(bytes.AsMemory(0, length), CandleFields.All));
    }

    [Fact]
    public void Damaged_files_without_checksums_never_crash_the_reader_or_make_it_take_much()
    {
        List<byte[]> files = [];
        foreach (var codec in Codecs)
        {
            foreach (var encoding in Encodings)
                files.Add(ReadByPeersTests.Write(TestCandles.Walk(300, files.Count), encoding, new ParquetWriteOptions { Codec = codec, PageVersion = 1 + (files.Count % 2), PageChecksums = false }));
        }

        Torment([.. files], Files);
    }

    [PeerFact]
    public void Damaged_files_of_DuckDB_never_crash_the_reader_or_make_it_take_much()
    {
        Peers.Run("write.mjs", _folder.Path, "small");
        byte[][] files = [.. Directory.GetFiles(_folder.Path, "small-*.parquet").Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
        Assert.Equal(8, files.Length);
        Torment(files, Files / 4);
    }

    [Fact]
    public void A_page_that_differs_from_its_checksum_is_refused()
    {
        foreach (var encoding in Encodings)
        {
            var bytes = ReadByPeersTests.Write(TestCandles.Walk(50, 1), encoding, new ParquetWriteOptions { Codec = ParquetCodec.Uncompressed });
            using var file = ParquetFile.Open(bytes);
            var close = file.Column("close")!;
            var chunk = file.Footer.RowGroups[1].Columns[close.Index];
            PageHeader.Read(bytes.AsSpan((int)chunk.Start), out var header);
            for (var at = (int)chunk.Start + header; at < (int)chunk.Start + header + 20; at++)
            {
                bytes[at] ^= 4;
                Assert.Contains("page checksum differs", Assert.Throws<ParquetException>(() => file.Read(close)).Message, StringComparison.Ordinal);
                bytes[at] ^= 4;
            }

            file.Read(close);
        }
    }

    [Fact]
    public void A_claim_of_many_rows_or_bytes_allocates_nothing_of_the_kind()
    {
        var random = new Random(1);
        var noise = new byte[200];
        random.NextBytes(noise);
        Assert.Throws<ParquetException>(() => ParquetFile.Open(noise));
        foreach (var rows in (long[])[long.MaxValue, 1L << 40, int.MaxValue, 1 << 28])
        {
            var builder = new ParquetFileBuilder([ParquetWriteColumn.Units("close")], new ParquetWriteOptions());
            builder.RowGroup([ParquetValues.Of(new long[] { 1, 2, 3 })], 0);
            builder.Metadata.Rows = builder.Metadata.RowGroups[0].Rows = builder.Metadata.RowGroups[0].Columns[0].Values = rows;
            builder.Footer([]);
            var bytes = builder.Bytes.ToArray();
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Contains("rows in", Assert.Throws<ParquetException>(() => ParquetFile.Open(bytes)).Message, StringComparison.Ordinal);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        }
    }

    public void Dispose() => _folder.Dispose();

    private static void Summary(ParquetCandleFormat format, byte[] bytes, int[] counts, int seed)
    {
        try
        {
            if (format.ReadSummary(bytes, out var summary) != 0) return;
            Assert.True(summary!.Info.Provider == TestCandles.Info.Provider, $"seed {seed}");
            TestCandles.AssertEqual(TestCandles.Info, summary.Info);
            Assert.Contains(summary.Count, counts);
        }
        catch (CandleFileException)
        {
            // damaged metadata
        }
    }

    /// <summary>Reads every column of every damaged file; whatever happens is a value or a <see cref="ParquetException"/>.</summary>
    private static void Torment(byte[][] files, int count)
    {
        var refused = 0;
        for (var seed = 0; seed < count; seed++)
        {
            var bytes = Mutate(files, seed % files.Length, new Random(seed));
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using var file = ParquetFile.Open(bytes);
                foreach (var column in file.Columns)
                {
                    before = GC.GetAllocatedBytesForCurrentThread();
                    refused += Read(file, column) ? 0 : 1;
                    Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MostBytesPerColumn, $"seed {seed}, column {column.Name}: {GC.GetAllocatedBytesForCurrentThread() - before} bytes");
                }
            }
            catch (ParquetException)
            {
                refused++;
            }

            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MostBytesPerColumn, $"seed {seed}: {GC.GetAllocatedBytesForCurrentThread() - before} bytes");
        }

        Assert.True(refused > count / 3, $"{refused} refused of {count}");
    }

    private static bool Read(ParquetFile file, ParquetColumnInfo column)
    {
        try
        {
            var read = file.Read(column);
            Assert.Equal(file.RowCount, read.Count);
            if (column.Kind is ParquetKind.Timestamp or ParquetKind.Date) read.ToMicros(UnitRounding.HalfEven);
            else if (column.Kind is ParquetKind.Decimal or ParquetKind.Integer or ParquetKind.Double or ParquetKind.Float) read.ToUnits(UnitRounding.HalfEven);
            return true;
        }
        catch (ParquetException)
        {
            return false;
        }
    }

    private static byte[] Mutate(byte[][] files, int which, Random random)
    {
        var bytes = (byte[])files[which].Clone();
        // half of the damage goes to the metadata and the headers of pages, where there is most to be believed
        int Place() => random.Next(2) == 0 ? random.Next(bytes.Length) : random.Next(2) == 0 ? Math.Max(0, bytes.Length - 1 - random.Next(Math.Min(bytes.Length, 1200))) : random.Next(Math.Min(bytes.Length, 80));
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            if (bytes.Length < 16) return bytes;
            var at = Place();
            switch (random.Next(8))
            {
                case 0 or 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 3:
                    bytes = bytes[..at];
                    break;
                case 4:
                    // a length: the footer's own, a 32-bit one, or a varint, at its extremes
                    var extreme = ((uint[])[0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, (uint)bytes.Length, (uint)random.Next()])[random.Next(7)];
                    BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(Math.Min(random.Next(4) == 0 ? bytes.Length - 8 : at, bytes.Length - 4)), extreme);
                    break;
                case 5:
                    byte[] varint = random.Next(2) == 0 ? [0xff, 0xff, 0xff, 0xff, 0x0f] : [0xfe, 0xff, 0xff, 0xff, 0x7f];
                    varint.AsSpan(0, Math.Min(varint.Length, bytes.Length - at)).CopyTo(bytes.AsSpan(at));
                    break;
                case 6:
                    var other = files[random.Next(files.Length)];
                    var from = random.Next(other.Length);
                    var length = Math.Min(random.Next(1, 400), Math.Min(other.Length - from, bytes.Length - at));
                    other.AsSpan(from, length).CopyTo(bytes.AsSpan(at));
                    break;
                default:
                    var cut = Math.Min(random.Next(1, 40), bytes.Length - at);
                    bytes = random.Next(2) == 0 ? [.. bytes[..at], .. bytes[(at + cut)..]] : [.. bytes[..at], .. bytes.AsSpan(at, cut), .. bytes[at..]];
                    break;
            }
        }

        return bytes;
    }
}
