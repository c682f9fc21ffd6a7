using System.Security.Cryptography;
using Trading.Storage.Files;
using Trading.Storage.Journal;
using Trading.Storage.ReadModels;

namespace Trading.Storage.Postgres;

/// <summary>One append on its way through a commit.</summary>
internal sealed class AppendRequest
{
    /// <summary>What a row of the read models takes on the wire, more or less.</summary>
    private const int RowBytes = 250;

    private readonly TaskCompletionSource<AppendResult> _answer = new();
    private AppendResult? _result;
    private Exception? _problem;

    public AppendRequest(SessionKey key, long expectedVersion, IReadOnlyList<ReadOnlyMemory<byte>> payloads, SessionChange? change, CancellationToken cancellation)
    {
        Key = key;
        OrderKey = OrderKeys.Of(key);
        ExpectedVersion = expectedVersion;
        Payloads = payloads;
        Change = change;
        Cancellation = cancellation;
        Id = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));
        foreach (var payload in payloads) Bytes += payload.Length;
        if (change is not null) Bytes += RowBytes * (long)change.Rows;
        Measure = AppendMeasure.Begin(JournalMetrics.Postgres, payloads);
    }

    public SessionKey Key { get; }

    public byte[] OrderKey { get; }

    public long ExpectedVersion { get; }

    public IReadOnlyList<ReadOnlyMemory<byte>> Payloads { get; }

    /// <summary>What it changes of the read models; null = nothing.</summary>
    public SessionChange? Change { get; }

    public CancellationToken Cancellation { get; }

    /// <summary>Names this append in its records, so that a lost answer can be found again.</summary>
    public long Id { get; }

    public long Bytes { get; }

    /// <summary>Shares its commit with no other: in a group the server has refused the data of one of them.</summary>
    public bool Alone { get; set; }

    /// <summary>Repetitions after passing failures.</summary>
    public int Repetitions { get; set; }

    public AppendMeasure Measure { get; }

    public Task<AppendResult> Answer => _answer.Task;

    /// <summary>The outcome is known, and told with <see cref="Publish"/>.</summary>
    public bool IsDecided => _result is not null || _problem is not null;

    public void Appended() => _result = new AppendResult(AppendStatus.Appended, ExpectedVersion + Payloads.Count);

    public void Conflict(long version) => _result = new AppendResult(AppendStatus.Conflict, version);

    public void Fail(Exception problem) => _problem = problem;

    /// <summary>Tells the caller that nothing was written.</summary>
    public void Cancel()
    {
        _problem = new OperationCanceledException(Cancellation);
        Publish(here: false);
    }

    /// <summary>Tells the caller what was decided.</summary>
    /// <param name="here">The caller goes on on this thread, otherwise on one of the thread pool.</param>
    public void Publish(bool here)
    {
        if (here) Complete(this);
        else ThreadPool.UnsafeQueueUserWorkItem(Complete, this, preferLocal: false);
    }

    private static void Complete(AppendRequest request)
    {
        request.Measure.End(request._result ?? default, request._problem);
        if (request._result is { } result) request._answer.TrySetResult(result);
        else if (request._problem is OperationCanceledException) request._answer.TrySetCanceled(request.Cancellation);
        else request._answer.TrySetException(request._problem!);
    }

    public static int ChecksumOf(ReadOnlyMemory<byte> payload) => unchecked((int)Crc32C.Of(payload.Span));

    private void Succeed(AppendResult result)
    {
        Measure.End(result, null);
        _answer.TrySetResult(result);
    }
}
