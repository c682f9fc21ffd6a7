using System.Text;
using Trading.Storage.Journal;

namespace Trading.Storage.Tests.Journal;

internal static class JournalTesting
{
    public static readonly SessionKey Alpha = new("tenant", "alpha");
    public static readonly SessionKey Beta = new("tenant", "beta");

    public static ReadOnlyMemory<byte>[] Payloads(params string[] texts) => [.. texts.Select(text => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(text))];

    public static async Task<List<string>> TextsAsync(this ISessionJournal journal, SessionKey key, long after = 0)
    {
        var texts = new List<string>();
        await foreach (var record in journal.ReadAsync(key, after, default))
        {
            Assert.Equal(after + texts.Count + 1, record.Version);
            texts.Add(Encoding.UTF8.GetString(record.Payload.Span));
        }
        return texts;
    }

    public static async Task AppendedAsync(this ISessionJournal journal, SessionKey key, long expected, params string[] texts)
    {
        var result = await journal.AppendAsync(key, expected, Payloads(texts), default);
        Assert.Equal(new AppendResult(AppendStatus.Appended, expected + texts.Length), result);
    }
}
