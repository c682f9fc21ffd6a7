using Trading.GrainInterfaces.Runs;

namespace Trading.Grains.Runs;

/// <summary>
/// Which sets of a run are open, which a worker has, and which have a result. Pure; it is memory only: what has a result is stored elsewhere, and who has what the workers
/// say with each report.
/// </summary>
internal sealed class WorkLedger
{
    /// <summary>Most sets that one worker has at a time.</summary>
    private const int MostInWork = 512;

    private readonly IReadOnlyList<ParameterSet> _sets;
    private readonly TimeSpan _lease;
    private readonly SortedSet<int> _open;
    private readonly bool[] _isFinished;
    private readonly Worker?[] _holders;
    private readonly Dictionary<string, Worker> _workers = new(StringComparer.Ordinal);

    public WorkLedger(IReadOnlyList<ParameterSet> sets, TimeSpan lease)
    {
        (_sets, _lease) = (sets, lease);
        _open = [.. Enumerable.Range(1, sets.Count)];
        _isFinished = new bool[sets.Count];
        _holders = new Worker?[sets.Count];
    }

    /// <summary>Sets with figures.</summary>
    public int Done { get; private set; }

    /// <summary>Sets that could not be computed.</summary>
    public int Failed { get; private set; }

    public bool IsComplete => Done + Failed == _sets.Count;

    /// <summary>Ticks executed for sets that are not finished, as last reported.</summary>
    public long TicksInWork => _workers.Values.Sum(worker => worker.Ticks);

    public bool HasResult(int number) => _isFinished[number - 1];

    /// <summary>
    /// What a worker has now: sets given to it that it does not name are open again, and open ones that it names are its own, as they were before this ledger was lost.
    /// </summary>
    public void Hear(string name, int threads, IReadOnlyCollection<int> inWork, long ticks, DateTimeOffset now)
    {
        if (!_workers.TryGetValue(name, out var worker)) _workers[name] = worker = new Worker();
        (worker.Threads, worker.Ticks, worker.HeardAt) = (Math.Max(1, threads), ticks, now);
        var named = inWork.ToHashSet();
        foreach (var number in worker.Sets.Where(number => !named.Contains(number)).ToArray()) Return(worker, number);
        foreach (var number in named)
        {
            if (_open.Remove(number)) Give(worker, number);
        }
    }

    /// <summary>A set has a result. A second result of a set is of no interest.</summary>
    public void Finish(int number, bool hasFigures)
    {
        if (_isFinished[number - 1]) return;
        _isFinished[number - 1] = true;
        _open.Remove(number);
        _holders[number - 1]?.Sets.Remove(number);
        _holders[number - 1] = null;
        if (hasFigures) Done++;
        else Failed++;
    }

    /// <summary>Everything that a worker has is open again.</summary>
    public void Leave(string name)
    {
        if (!_workers.Remove(name, out var worker)) return;
        foreach (var number in worker.Sets.ToArray()) Return(worker, number);
    }

    /// <summary>The same for workers that were not heard of for the time of a lease; returns their names.</summary>
    public IReadOnlyList<string> Expire(DateTimeOffset now)
    {
        var silent = _workers.Where(worker => now - worker.Value.HeardAt >= _lease).Select(worker => worker.Key).ToArray();
        foreach (var name in silent) Leave(name);
        return silent;
    }

    /// <summary>
    /// Open sets for a worker that has been heard, lowest numbers first. Near the end they get fewer, at most half of the worker's share of what is open, so that all workers
    /// end together.
    /// </summary>
    /// <param name="name">The worker.</param>
    /// <param name="setsPerThread">Sets that keep one thread busy for a while; at least 2 are given where there are enough, so that no thread waits for the next report.</param>
    public ParameterSet[] Take(string name, int setsPerThread)
    {
        var worker = _workers[name];
        var threads = 2L * _workers.Values.Sum(one => one.Threads);
        var share = (int)((((long)_open.Count * worker.Threads) + threads - 1) / threads);
        var wanted = Math.Min((long)worker.Threads * Math.Max(2, setsPerThread), MostInWork) - worker.Sets.Count;
        return Take(worker, (int)Math.Clamp(wanted, 0, share));
    }

    /// <summary>One set for the first worker, while nobody has read the bars; nothing as long as somebody has it.</summary>
    public ParameterSet[] TakeFirst(string name) => _workers.Values.Any(worker => worker.Sets.Count > 0) ? [] : Take(_workers[name], Math.Min(1, _open.Count));

    private ParameterSet[] Take(Worker worker, int count)
    {
        var taken = new ParameterSet[count];
        for (var at = 0; at < count; at++)
        {
            var number = _open.Min;
            _open.Remove(number);
            Give(worker, number);
            taken[at] = _sets[number - 1];
        }

        return taken;
    }

    private void Give(Worker worker, int number)
    {
        _holders[number - 1] = worker;
        worker.Sets.Add(number);
    }

    private void Return(Worker worker, int number)
    {
        worker.Sets.Remove(number);
        _holders[number - 1] = null;
        _open.Add(number);
    }

    private sealed class Worker
    {
        public HashSet<int> Sets { get; } = [];

        public int Threads { get; set; } = 1;

        public long Ticks { get; set; }

        public DateTimeOffset HeardAt { get; set; }
    }
}
