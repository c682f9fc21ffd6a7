using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Trading.Storage.Files;
using Trading.Storage.Journal;

namespace Trading.Storage.Usage;

/// <summary>A metering record within its day's file.</summary>
internal sealed record UsageLine(
    [property: JsonPropertyName("user")] string User,
    [property: JsonPropertyName("session")] string Session,
    [property: JsonPropertyName("kind")] MeteringKind Kind,
    [property: JsonPropertyName("quantity")] long Quantity);

[JsonSourceGenerationOptions(UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, UseStringEnumConverter = true)]
[JsonSerializable(typeof(List<UsageLine>))]
internal sealed partial class UsageJson : JsonSerializerContext;

/// <summary>
/// The metering of one UTC day, in memory and as <c>usage/{day}.jsonl</c>. One line is one write: a JSON array of records, a tab and the CRC-32C of the array.
/// Later lines only ever raise quantities, so reading is taking maxima. Not thread-safe.
/// </summary>
internal sealed class UsageLog
{
    public const string Folder = "usage";

    private const int RewriteAfterLines = 4096;

    private readonly IStorageFiles _files;
    private readonly string _name;
    private readonly Dictionary<(string User, string Session, MeteringKind Kind), long> _quantities = [];
    private readonly Dictionary<string, UsageTotals> _totals = new(StringComparer.Ordinal);
    private long _length;
    private int _lines;

    /// <summary>The file cannot be trusted after a failed write: the next write replaces it as a whole.</summary>
    private bool _mustRewrite;

    public UsageLog(IStorageFiles files, DateOnly day)
    {
        (_files, Day) = (files, day);
        _name = $"{day:yyyy-MM-dd}.jsonl";
        Load();
    }

    public DateOnly Day { get; }

    public UsageTotals TotalsOf(string user) => _totals.GetValueOrDefault(user);

    public IEnumerable<MeteringRecord> RecordsOf(string user) => _quantities
        .Where(entry => entry.Key.User == user)
        .Select(entry => new MeteringRecord(user, entry.Key.Session, Day, entry.Key.Kind, entry.Value))
        .OrderBy(record => record.Session, StringComparer.Ordinal)
        .ThenBy(record => record.Kind);

    /// <summary>Stores what is larger than before, durable when it returns; in memory only afterwards.</summary>
    public void Record(IEnumerable<MeteringRecord> records)
    {
        var raised = new Dictionary<(string User, string Session, MeteringKind Kind), long>();
        foreach (var record in records)
        {
            var key = (record.User, record.Session, record.Kind);
            var known = raised.TryGetValue(key, out var quantity) || _quantities.TryGetValue(key, out quantity);
            if (!known || record.Quantity > quantity)
                raised[key] = record.Quantity;
        }
        // What memory holds may not be durable yet; then even a repetition has to write before it is acknowledged.
        if (raised.Count == 0 && !_mustRewrite)
            return;
        if (_mustRewrite || (_lines >= RewriteAfterLines && _lines > 4 * _quantities.Count))
            Rewrite(raised);
        else
            Append(raised);
        foreach (var (key, quantity) in raised)
            Raise(key, quantity);
    }

    private void Append(Dictionary<(string User, string Session, MeteringKind Kind), long> raised)
    {
        var line = Encode(raised);
        // Until the write has succeeded the end of the file is unknown.
        _mustRewrite = true;
        var path = $"{Folder}/{_name}";
        var isNew = !_files.Exists(path);
        using (var file = _files.Open(path, create: isNew))
        {
            file.Write(_length, line);
            file.Sync();
        }
        if (isNew)
            _files.SyncFolder(Folder);
        _mustRewrite = false;
        _length += line.Length;
        _lines++;
    }

    private void Rewrite(Dictionary<(string User, string Session, MeteringKind Kind), long> raised)
    {
        var all = new Dictionary<(string User, string Session, MeteringKind Kind), long>(_quantities);
        foreach (var (key, quantity) in raised)
            all[key] = quantity;
        var line = Encode(all);
        _mustRewrite = true;
        AtomicFile.Write(_files, Folder, _name, line);
        (_mustRewrite, _length, _lines) = (false, line.Length, 1);
    }

    private void Load()
    {
        if (AtomicFile.Read(_files, $"{Folder}/{_name}") is not { } bytes)
            return;
        var start = 0;
        while (start < bytes.Length)
        {
            var length = bytes.AsSpan(start).IndexOf((byte)'\n');
            if (length < 0 || !TryDecode(bytes.AsSpan(start, length), out var lines))
                break;
            foreach (var line in lines)
                Raise((line.User, line.Session, line.Kind), line.Quantity);
            start += length + 1;
            _lines++;
        }
        _length = start;
        // The file may have come from the page cache only, or end in an unfinished line: the first write makes it whole.
        _mustRewrite = true;
        for (var rest = start; rest < bytes.Length; rest++)
        {
            var length = bytes.AsSpan(rest).IndexOf((byte)'\n');
            if (length < 0)
                break;
            if (TryDecode(bytes.AsSpan(rest, length), out _))
                throw new JournalDamagedException($"{Folder}/{_name}", start, "a line of metering records fails its checksum and intact lines follow.");
            rest += length;
        }
    }

    private void Raise((string User, string Session, MeteringKind Kind) key, long quantity)
    {
        var known = _quantities.TryGetValue(key, out var before);
        if (known && quantity <= before)
            return;
        _quantities[key] = quantity;
        var totals = TotalsOf(key.User);
        var added = quantity - before;
        _totals[key.User] = key.Kind switch
        {
            MeteringKind.Ticks => totals with { Ticks = totals.Ticks + added },
            MeteringKind.Simulation => totals with { Simulations = totals.Simulations + added },
            _ => totals with { Reports = totals.Reports + added },
        };
    }

    private static byte[] Encode(Dictionary<(string User, string Session, MeteringKind Kind), long> quantities)
    {
        List<UsageLine> lines = [.. quantities.Select(entry => new UsageLine(entry.Key.User, entry.Key.Session, entry.Key.Kind, entry.Value))];
        var json = JsonSerializer.SerializeToUtf8Bytes(lines, UsageJson.Default.ListUsageLine);
        return [.. json, .. Encoding.ASCII.GetBytes($"\t{Crc32C.Of(json):x8}\n")];
    }

    private static bool TryDecode(ReadOnlySpan<byte> line, out List<UsageLine> records)
    {
        records = [];
        var tab = line.LastIndexOf((byte)'\t');
        if (tab < 0
            || !uint.TryParse(line[(tab + 1)..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var crc)
            || crc != Crc32C.Of(line[..tab]))
            return false;
        records = JsonSerializer.Deserialize(line[..tab], UsageJson.Default.ListUsageLine) ?? [];
        return true;
    }
}
