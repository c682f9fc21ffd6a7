using System.Globalization;
using System.Text;
using Trading.MarketData.Store;

namespace Trading.MarketData.Parquet;

/// <summary>
/// <see cref="PartitionInfo"/> and checksums as key-value pairs of a file. Two checksums make every byte of a file of ours count:
/// <c>trading.chunks_crc32</c> over each column chunk (page headers, which page checksums leave out, included), <c>trading.footer_crc32</c>
/// over the footer, with its own digits as zeros.
/// </summary>
internal static class CandleFileMetadata
{
    public const string CreatedBy = "orleans-trading-candles version 1.0.0";
    private const string Prefix = "trading.";
    private const string Format = Prefix + "format";
    private const string FormatName = "candles/1";
    private const string Provider = Prefix + "provider";
    private const string Source = Prefix + "source";
    private const string DataVersion = Prefix + "data_version";
    private const string FinalityKey = Prefix + "finality";
    private const string FetchedAt = Prefix + "fetched_at";
    private const string ConfirmedEmpty = Prefix + "confirmed_empty";
    private const string Fingerprint = Prefix + "fingerprint";
    private const string ChunksCrc = Prefix + "chunks_crc32";
    private const string FooterCrc = Prefix + "footer_crc32";
    private const int CrcDigits = 8;
    private const string NoCrc = "00000000";

    public static List<KeyValuePair<string, string>> Pairs(PartitionInfo info, ReadOnlySpan<uint> chunkCrcs)
    {
        List<KeyValuePair<string, string>> pairs =
        [
            new(Format, FormatName),
            new(Provider, info.Provider),
            new(Source, info.Source),
            new(DataVersion, info.DataVersion),
            new(FinalityKey, info.Finality == Finality.Final ? "final" : "provisional"),
            new(FetchedAt, info.FetchedAt.ToString(CultureInfo.InvariantCulture)),
        ];
        if (info.ConfirmedEmpty.Count > 0)
            pairs.Add(new(ConfirmedEmpty, string.Join(',', info.ConfirmedEmpty.Select(span => string.Create(CultureInfo.InvariantCulture, $"{span.Start}:{span.End}")))));
        pairs.Add(new(Fingerprint, info.Fingerprint));
        var crcs = "";
        foreach (var crc in chunkCrcs) crcs += crc.ToString("x8", CultureInfo.InvariantCulture);
        pairs.Add(new(ChunksCrc, crcs));
        pairs.Add(new(FooterCrc, NoCrc));
        return pairs;
    }

    /// <summary>Fills in the checksum of a footer that ends <paramref name="file"/> with its length and magic.</summary>
    public static void Seal(ByteBuffer file, FileMetadata metadata, int footerStart)
    {
        var footer = file.Patch(footerStart, file.Length - footerStart - 8);
        var crc = Crc32.Of(footer).ToString("x8", CultureInfo.InvariantCulture);
        Encoding.ASCII.GetBytes(crc, file.Patch(metadata.LastValueEnd - CrcDigits, CrcDigits));
    }

    /// <summary>
    /// Whether the file whose last bytes these are is ours; then every checksum must be there and right. Looks for the names as bytes, not through the parsed metadata:
    /// one flipped bit can make a parser pass over all of them, and must not make the file somebody else's. They stand apart, so that few damages hit all.
    /// </summary>
    public static bool IsOurs(ReadOnlySpan<byte> end) =>
        end.IndexOf("trading.format"u8) >= 0
        || end.IndexOf("trading.fingerprint"u8) >= 0
        || end.IndexOf("trading.chunks_crc32"u8) >= 0
        || end.IndexOf("trading.footer_crc32"u8) >= 0
        || end.IndexOf("orleans-trading-candles"u8) >= 0;

    /// <exception cref="CandleFileException">The footer is not as it was written.</exception>
    public static void CheckFooter(FileMetadata metadata, ReadOnlySpan<byte> footer)
    {
        var last = metadata.KeyValues.Count == 0 ? default : metadata.KeyValues[^1];
        if (last.Key != FooterCrc || last.Value?.Length != CrcDigits) throw new CandleFileException("the metadata have no checksum");
        var at = metadata.LastValueEnd - CrcDigits;
        var crc = Crc32.Of(footer[..at]);
        crc = Crc32.Append(crc, Encoding.ASCII.GetBytes(NoCrc));
        crc = Crc32.Append(crc, footer[metadata.LastValueEnd..]);
        if (crc.ToString("x8", CultureInfo.InvariantCulture) != last.Value) throw new CandleFileException("the checksum of the metadata differs");
    }

    /// <summary>The checksums of the chunks, row group by row group.</summary>
    public static uint[] ChunkCrcs(FileMetadata metadata)
    {
        var text = Value(metadata, ChunksCrc) ?? "";
        var crcs = new uint[text.Length / CrcDigits];
        for (var at = 0; at < crcs.Length; at++)
        {
            if (!uint.TryParse(text.AsSpan(at * CrcDigits, CrcDigits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out crcs[at]))
                throw new CandleFileException("the checksums of the columns are damaged");
        }

        return crcs;
    }

    /// <summary>Where the candles come from; a file of another writer says nothing about it and counts as imported raw and final data.</summary>
    public static PartitionInfo Info(FileMetadata metadata, bool isOurs)
    {
        if (!isOurs) return new PartitionInfo("import", "parquet", "raw", Finality.Final, 0, []);
        var format = Value(metadata, Format);
        if (format != FormatName) throw new CandleFileException($"the file has format '{format}' instead of '{FormatName}'");
        var finality = Needed(FinalityKey) switch
        {
            "final" => Finality.Final,
            "provisional" => Finality.Provisional,
            var other => throw new CandleFileException($"'{other}' is no finality"),
        };
        return new PartitionInfo(Needed(Provider), Needed(Source), Needed(DataVersion), finality, Micros(Needed(FetchedAt)), Gaps(Value(metadata, ConfirmedEmpty)))
        {
            Fingerprint = Needed(Fingerprint),
        };

        string Needed(string key) => Value(metadata, key) ?? throw new CandleFileException($"the metadata lack {key}");
    }

    private static TimeSpanMicros[] Gaps(string? text)
    {
        if (string.IsNullOrEmpty(text)) return [];
        return [.. text.Split(',').Select(gap => gap.Split(':') is [var start, var end] ? new TimeSpanMicros(Micros(start), Micros(end)) : throw new CandleFileException($"'{gap}' is no gap"))];
    }

    private static long Micros(string text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var micros)
        ? micros
        : throw new CandleFileException($"'{text}' is no instant");

    private static string? Value(FileMetadata metadata, string key)
    {
        foreach (var (name, value) in metadata.KeyValues)
        {
            if (name == key) return value;
        }

        return null;
    }
}
