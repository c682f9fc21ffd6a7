namespace Trading.Storage.Documents;

/// <summary>A stored document and the tag that the next writer has to name.</summary>
public readonly record struct StoredDocument(ReadOnlyMemory<byte> Content, string ETag);

/// <summary>
/// Small JSON documents by key, each replaced as a whole. A write names the tag it has read, so that of two writers exactly one wins.
/// Keys are 1 to 200 printable characters; parts may be separated by <c>/</c>. Thread-safe.
/// </summary>
public interface IDocumentStore
{
    /// <summary>Null when there is no such document.</summary>
    ValueTask<StoredDocument?> ReadAsync(string key, CancellationToken ct);

    /// <summary>Writes the document if it still has the tag <paramref name="expectedETag"/> (null: must not exist). Durable when it returns.</summary>
    /// <returns>The new tag, or null when somebody else has written in between; nothing was changed then.</returns>
    ValueTask<string?> WriteAsync(string key, ReadOnlyMemory<byte> content, string? expectedETag, CancellationToken ct);

    /// <summary>Removes the document if it still has the tag. False when it has another one or does not exist.</summary>
    ValueTask<bool> DeleteAsync(string key, string expectedETag, CancellationToken ct);

    /// <summary>The keys that start with <paramref name="prefix"/>, in ordinal order.</summary>
    ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken ct);
}
