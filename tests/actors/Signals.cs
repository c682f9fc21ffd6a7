using System.Collections.Concurrent;

namespace Trading.Actors.Tests;

/// <summary>How tests and grains of one process wait for each other without sleeping: named, one-time events and an ordered log.</summary>
public sealed class Signals
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, TaskCompletionSource> _signals = new();
    private readonly List<string> _log = [];

    public void Set(string name) => Named(name).TrySetResult();

    /// <summary>Waits for a signal; a test that waits in vain fails instead of hanging.</summary>
    public Task Wait(string name) => Named(name).Task.WaitAsync(Patience);

    public bool IsSet(string name) => Named(name).Task.IsCompleted;

    public void Log(string line)
    {
        lock (_log)
        {
            _log.Add(line);
        }
    }

    /// <summary>The logged lines with a prefix, in order, without it.</summary>
    public string[] Logged(string prefix)
    {
        lock (_log)
        {
            return [.. _log.Where(line => line.StartsWith(prefix, StringComparison.Ordinal)).Select(line => line[prefix.Length..])];
        }
    }

    private TaskCompletionSource Named(string name) =>
        _signals.GetOrAdd(name, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}
