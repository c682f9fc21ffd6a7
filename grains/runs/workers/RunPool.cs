using Microsoft.Extensions.Options;

namespace Trading.Grains.Runs;

/// <summary>
/// The threads of this process that compute server-side runs, apart from those that grains and connections use. A thread executes a slice of one set, then the next user's
/// set has its turn.
/// </summary>
public sealed class RunPool : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _ready = new(0);
    private readonly FairQueue<SetJob> _queue = new();
    private readonly List<Thread> _threads = [];
    private readonly int _sliceTicks;
    private bool _isStopped;
    private long _sets;
    private long _ticks;

    public RunPool(IOptions<RunOptions> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Threads = options.Value.Threads;
        _sliceTicks = options.Value.SliceTicks;
    }

    /// <summary>Sets that are computed at a time.</summary>
    public int Threads { get; }

    /// <summary>Sets computed since the start.</summary>
    public long Sets => Interlocked.Read(ref _sets);

    /// <summary>Ticks executed since the start.</summary>
    public long Ticks => Interlocked.Read(ref _ticks);

    internal void Add(SetJob job)
    {
        lock (_gate)
        {
            if (_isStopped) return;
            _queue.Add(job.Tenant, job.Run, job, job.IsBegun);
            while (_threads.Count < Threads)
            {
                var thread = new Thread(Work) { IsBackground = true, Name = "runs" };
                _threads.Add(thread);
                thread.Start();
            }
        }

        _ready.Release();
    }

    /// <summary>Lets every thread end its slice and waits for it.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isStopped) return;
            _isStopped = true;
        }

        if (_threads.Count > 0) _ready.Release(_threads.Count);
        foreach (var thread in _threads) thread.Join();
        _ready.Dispose();
    }

    private void Work()
    {
        while (Next() is { } job)
        {
            var before = job.CompletedTicks;
            var isDone = job.Advance(_sliceTicks);
            Interlocked.Add(ref _ticks, job.CompletedTicks - before);
            if (isDone) Interlocked.Increment(ref _sets);
            else Add(job);
        }
    }

    /// <summary>Waits for a job; null when the pool stops.</summary>
    private SetJob? Next()
    {
        while (true)
        {
            _ready.Wait();
            lock (_gate)
            {
                if (_isStopped) return null;
                if (_queue.TryTake(out var job)) return job;
            }
        }
    }
}
