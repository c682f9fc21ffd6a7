using System.Globalization;
using System.Text;
using Trading.Storage.Documents;
using static Trading.Storage.Postgres.PostgresCalls;

namespace Trading.Storage.Postgres;

/// <summary>Documents in PostgreSQL. Tags come from a sequence, so that a tag names one content for ever.</summary>
/// <remarks>Thread-safe, for many processes. A write whose answer was lost is repeated and then meets its own first try; the stored content tells it from a competitor's.</remarks>
public sealed class PostgresDocumentStore(PostgresCalls calls) : IDocumentStore
{
    private const int MaxKeyLength = 200;

    public async ValueTask<StoredDocument?> ReadAsync(string key, CancellationToken ct)
    {
        CheckKey(key);
        var found = await calls.QueryAsync("SELECT tag, content FROM documents WHERE key = $1", list => list.Add(Text(key)), row => (Tag: row.GetInt64(0), Content: row.GetFieldValue<byte[]>(1)), ct).ConfigureAwait(false);
        return found.Count == 0 ? null : new StoredDocument(found[0].Content, Format(found[0].Tag));
    }

    public async ValueTask<string?> WriteAsync(string key, ReadOnlyMemory<byte> content, string? expectedETag, CancellationToken ct)
    {
        const string insert = "INSERT INTO documents (key, tag, content) VALUES ($1, $2, $3) ON CONFLICT (key) DO NOTHING";
        const string update = "UPDATE documents SET tag = $2, content = $3 WHERE key = $1 AND tag = $4";
        CheckKey(key);
        if (expectedETag is not null && Parse(expectedETag) is null) return null;

        // the tag is taken first: a repeated write carries the same one and finds itself
        var tag = (await calls.QueryAsync("SELECT nextval('document_tags')", _ => { }, row => row.GetInt64(0), ct).ConfigureAwait(false))[0];
        var written = await calls.ExecuteAsync(
            expectedETag is null ? insert : update,
            list =>
            {
                list.Add(Text(key));
                list.Add(Number(tag));
                list.Add(Bytes(content));
                if (expectedETag is not null) list.Add(Number(Parse(expectedETag)!.Value));
            },
            ct).ConfigureAwait(false);
        if (written > 0) return Format(tag);
        var current = await calls.QueryAsync("SELECT tag FROM documents WHERE key = $1", list => list.Add(Text(key)), row => row.GetInt64(0), ct).ConfigureAwait(false);
        return current.Count > 0 && current[0] == tag ? Format(tag) : null;
    }

    public async ValueTask<bool> DeleteAsync(string key, string expectedETag, CancellationToken ct)
    {
        CheckKey(key);
        if (Parse(expectedETag) is not { } tag) return false;
        return await calls.ExecuteAsync(
            "DELETE FROM documents WHERE key = $1 AND tag = $2",
            list =>
            {
                list.Add(Text(key));
                list.Add(Number(tag));
            },
            ct).ConfigureAwait(false) > 0;
    }

    public async ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        var keys = await calls.QueryAsync("SELECT key FROM documents WHERE starts_with(key, $1)", list => list.Add(Text(prefix)), row => row.GetString(0), ct).ConfigureAwait(false);
        keys.Sort(StringComparer.Ordinal);
        return keys;
    }

    private static void CheckKey(string key)
    {
        if (string.IsNullOrEmpty(key) || key.Length > MaxKeyLength || key.AsSpan().ContainsAnyInRange('\0', '\u001f'))
        {
            throw new ArgumentException($"A key has 1 to {MaxKeyLength} printable characters.", nameof(key));
        }

        // half a surrogate pair has no form in UTF-8
        _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetByteCount(key);
    }

    private static string Format(long tag) => tag.ToString(CultureInfo.InvariantCulture);

    private static long? Parse(string tag) => long.TryParse(tag, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
