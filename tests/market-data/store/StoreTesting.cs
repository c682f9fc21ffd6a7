using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Trading.Engine.Bars;
using Trading.MarketData.Calendars;
using Trading.MarketData.Candles;
using Trading.MarketData.Instruments;
using Trading.MarketData.Markets;
using Trading.MarketData.Settings;
using Trading.MarketData.Store;
using Trading.Storage.Files;
using Trading.Storage.Tests.Faults;

namespace Trading.MarketData.Tests.Store;

/// <summary>A store over any files, with a clock that stands until it is moved.</summary>
internal sealed class StoreTesting
{
    public const long Day = 86_400_000_000;

    public static readonly MarketTable Markets = new(
        new InstrumentTable([Instrument.Default("BTC-USD", AssetClass.Crypto)]), new TradingCalendars(), new MarketDataOptions());

    public StoreTesting(IStorageFiles files, StorageSettings? settings = null, ICandleFileFormat? format = null, ManualTime? time = null)
    {
        Files = files;
        Time = time ?? new ManualTime(new DateTimeOffset(2026, 11, 20, 22, 0, 0, TimeSpan.Zero));
        Store = new CandleStore(files, format ?? new PlainCandleFormat(), Markets, settings ?? new StorageSettings(), Time, Reported.Add);
    }

    public IStorageFiles Files { get; }

    public ManualTime Time { get; }

    public CandleStore Store { get; }

    public List<DamagedFile> Reported { get; } = [];

    public long Now => (Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / 10;

    public static PartitionInfo Info(string provider = "polygon", long fetchedAt = 1) => new(provider, "vendor_history", "raw", Finality.Final, fetchedAt, []);

    public async Task<WriteSummary> WriteAsync(
        string symbol, Timeframe timeframe, CandleColumns candles, PartitionInfo? info = null, WriteMode mode = WriteMode.Merge)
    {
        await using var writer = await Store.OpenWriterAsync(symbol, default);
        return await writer.WriteAsync(timeframe, candles, info ?? Info(), mode, default);
    }

    public Task<StoredCandles> ReadAsync(string symbol, Timeframe timeframe, DateOnly first, DateOnly last, long? asOf = null, CandleFields fields = CandleFields.All) =>
        Store.ReadAsync(symbol, timeframe, first, last, asOf, fields, default);

    public async Task<CandleColumns> AllAsync(string symbol, Timeframe timeframe) => (await ReadAsync(symbol, timeframe, DateOnly.MinValue, DateOnly.MaxValue)).Columns;

    /// <summary>Regular-session candles of a US equity's day; the seed makes their values.</summary>
    public static CandleColumns DayOfMinutes(string symbol, DateOnly day, int seed = 1, int limit = int.MaxValue)
    {
        var rules = Markets[symbol];
        var index = rules.IndexOf(day);
        var open = rules.Days.RegularOpen(index);
        var count = (int)Math.Min(limit, (rules.Days.RegularClose(index) - open) / TestTime.Minute);
        return At([.. Enumerable.Range(0, count).Select(minute => open + (minute * TestTime.Minute))], seed);
    }

    /// <summary>Candles at these times with values that the seed makes.</summary>
    public static CandleColumns At(long[] times, int seed = 1)
    {
        var random = new Random(seed);
        var candles = new CandleColumns(times, new long[times.Length], new long[times.Length], new long[times.Length], new long[times.Length], new long[times.Length]);
        for (var at = 0; at < times.Length; at++)
        {
            var price = random.NextInt64(1, 1_000_000_000_000);
            (candles.Open[at], candles.Low[at], candles.High[at], candles.Close[at]) = (price, price, price + random.Next(1000), price);
            candles.Volume[at] = random.NextInt64(0, 1_000_000_000_000);
        }

        return candles;
    }

    public static (long Time, long Open, long High, long Low, long Close, long Volume)[] Rows(CandleColumns candles) =>
        [.. Enumerable.Range(0, candles.Count).Select(at => (candles.Time[at], candles.Open[at], candles.High[at], candles.Low[at], candles.Close[at], candles.Volume[at]))];

    public static void AssertSame(CandleColumns expected, CandleColumns actual) => Assert.Equal(Rows(expected), Rows(actual));
}

/// <summary>
/// The simplest format that keeps the contract: columns, provenance as JSON, its length and a hash of everything before it. The store must not
/// depend on more than the contract says; what Parquet adds is tested beside its reader.
/// </summary>
internal sealed class PlainCandleFormat : ICandleFileFormat
{
    private const int Trailer = 32 + 4 + 8 + 8 + 4;

    private int _decoded;
    private int _summarized;

    public int Decoded => _decoded;

    public int Summarized => _summarized;

    public CandleFields LastFields { get; private set; }

    public byte[] Write(CandleColumns candles, PartitionInfo info)
    {
        Assert.True(candles.FirstUnordered() < 0);
        using var bytes = new MemoryStream();
        Span<byte> word = stackalloc byte[8];
        foreach (var column in (long[][])[candles.Time, candles.Open, candles.High, candles.Low, candles.Close, candles.Volume])
        {
            foreach (var value in column)
            {
                BinaryPrimitives.WriteInt64LittleEndian(word, value);
                bytes.Write(word);
            }
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(info with { Fingerprint = Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray())) });
        bytes.Write(json);
        foreach (var value in (int[])[candles.Count])
        {
            BinaryPrimitives.WriteInt32LittleEndian(word, value);
            bytes.Write(word[..4]);
        }

        foreach (var value in (long[])[candles.Count == 0 ? 0 : candles.Time[0], candles.Count == 0 ? 0 : candles.Time[^1]])
        {
            BinaryPrimitives.WriteInt64LittleEndian(word, value);
            bytes.Write(word);
        }

        BinaryPrimitives.WriteInt32LittleEndian(word, json.Length);
        bytes.Write(word[..4]);
        var hash = SHA256.HashData(bytes.ToArray());
        bytes.Write(hash);
        return bytes.ToArray();
    }

    public CandleFileContent Read(ReadOnlyMemory<byte> bytes, CandleFields fields)
    {
        Interlocked.Increment(ref _decoded);
        LastFields = fields;
        var needed = ReadSummary(bytes, out var summary);
        Interlocked.Decrement(ref _summarized);
        if (needed > 0 || summary is null) throw new CandleFileException("too short");
        if (!SHA256.HashData(bytes.Span[..^32]).AsSpan().SequenceEqual(bytes.Span[^32..])) throw new CandleFileException("the hash is wrong");
        if (bytes.Length < (48L * summary.Count) + Trailer) throw new CandleFileException("too short for its count");
        long[] Column(int column, bool wanted = true)
        {
            var values = new long[summary.Count];
            for (var at = 0; wanted && at < values.Length; at++)
                values[at] = BinaryPrimitives.ReadInt64LittleEndian(bytes.Span[(8 * ((column * values.Length) + at))..]);
            return values;
        }

        bool Has(CandleFields field) => (fields & field) != 0;
        var columns = new CandleColumns(
            Column(0), Column(1, Has(CandleFields.Open)), Column(2, Has(CandleFields.High)), Column(3, Has(CandleFields.Low)), Column(4, Has(CandleFields.Close)), Column(5, Has(CandleFields.Volume)));
        return new(columns, summary.Info);
    }

    public int ReadSummary(ReadOnlyMemory<byte> tail, out CandleFileSummary? summary)
    {
        Interlocked.Increment(ref _summarized);
        summary = null;
        if (tail.Length < Trailer) return Trailer;
        var trailer = tail.Span[^Trailer..];
        var count = BinaryPrimitives.ReadInt32LittleEndian(trailer);
        var json = BinaryPrimitives.ReadInt32LittleEndian(trailer[20..]);
        if (count < 0 || json is < 2 or > 1 << 20) throw new CandleFileException("the trailer is wrong");
        if (tail.Length < Trailer + json) return Trailer + json;
        try
        {
            var info = JsonSerializer.Deserialize<PartitionInfo>(tail.Span[^(Trailer + json)..^Trailer]) ?? throw new CandleFileException("no provenance");
            summary = new(count, BinaryPrimitives.ReadInt64LittleEndian(trailer[4..]), BinaryPrimitives.ReadInt64LittleEndian(trailer[12..]), info);
            return 0;
        }
        catch (JsonException exception)
        {
            throw new CandleFileException("the provenance is wrong", exception);
        }
    }
}

/// <summary>Counts what is opened, on top of any files.</summary>
internal sealed class CountingFiles(IStorageFiles inner) : IStorageFiles
{
    private readonly Lock _gate = new();

    public List<string> Opened { get; } = [];

    public int Stats { get; private set; }

    public int Scans { get; private set; }

    public void CreateFolder(string folder) => inner.CreateFolder(folder);

    public IReadOnlyList<string> List(string folder) => inner.List(folder);

    public bool Exists(string path) => inner.Exists(path);

    public void Scan(string folder, NameVisitor visit)
    {
        lock (_gate) Scans++;
        inner.Scan(folder, visit);
    }

    public FileStatus? Stat(string path)
    {
        lock (_gate) Stats++;
        return inner.Stat(path);
    }

    public IStorageFile OpenRead(string path)
    {
        lock (_gate) Opened.Add(path);
        return inner.OpenRead(path);
    }

    public IStorageFile Open(string path, bool create)
    {
        lock (_gate) Opened.Add(path);
        return inner.Open(path, create);
    }

    public void Delete(string path) => inner.Delete(path);

    public void Rename(string from, string to) => inner.Rename(from, to);

    public void Link(string from, string to) => inner.Link(from, to);

    public void SetModified(string path, long micros) => inner.SetModified(path, micros);

    public void SyncAll(IReadOnlyList<string> paths) => inner.SyncAll(paths);

    public void SyncFolder(string folder) => inner.SyncFolder(folder);

    public IDisposable Lock(string path) => inner.Lock(path);

    public long BytesBelow(string folder) => inner.BytesBelow(folder);

    public DeviceSpace Space() => inner.Space();

    public void Clear()
    {
        Opened.Clear();
        (Stats, Scans) = (0, 0);
    }
}
