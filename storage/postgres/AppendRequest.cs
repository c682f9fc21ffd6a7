using System.Security.Cryptography;
using Trading.Storage.Files;
using Trading.Storage.Journal;

namespace Trading.Storage.Postgres;

/// <summary>One append on its way through a commit.</summary>
internal sealed class AppendRequest
{
    private readonly TaskCompletionSource<AppendResult> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public AppendRequest(SessionKey key, long expectedVersion, IReadOnlyList<ReadOnlyMemory<byte>> payloads, CancellationToken cancellation)
    {
        Key = key;
        OrderKey = OrderKeys.Of(key);
        ExpectedVersion = expectedVersion;
        Payloads = payloads;
        Cancellation = cancellation;
        Id = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));
        foreach (var payload in payloads) Bytes += payload.Length;
        Measure = AppendMeasure.Begin(JournalMetrics.Postgres, payloads);
    }

    public SessionKey Key { get; }

    public byte[] OrderKey { get; }

    public long ExpectedVersion { get; }

    public IReadOnlyList<ReadOnlyMemory<byte>> Payloads { get; }

    public CancellationToken Cancellation { get; }

    /// <summary>Names this append in its records, so that a lost answer can be found again.</summary>
    public long Id { get; }

    public int Bytes { get; }

    /// <summary>Repetitions after passing failures.</summary>
    public int Repetitions { get; set; }

    public AppendMeasure Measure { get; }

    public Task<AppendResult> Answer => _answer.Task;

    public void Appended() => Succeed(new AppendResult(AppendStatus.Appended, ExpectedVersion + Payloads.Count));

    public void Conflict(long version) => Succeed(new AppendResult(AppendStatus.Conflict, version));

    public void Fail(Exception problem)
    {
        if (_answer.Task.IsCompleted) return;
        Measure.End(default, problem);
        _answer.TrySetException(problem);
    }

    public void Cancel()
    {
        Measure.End(default, new OperationCanceledException(Cancellation));
        _answer.TrySetCanceled(Cancellation);
    }

    public static int ChecksumOf(ReadOnlyMemory<byte> payload) => unchecked((int)Crc32C.Of(payload.Span));

    private void Succeed(AppendResult result)
    {
        Measure.End(result, null);
        _answer.TrySetResult(result);
    }
}
