using System.Text;
using Trading.Storage.Journal;
using Trading.Storage.Tests.Faults;

namespace Trading.Storage.Tests.Journal;

/// <summary>
/// One seeded life of a file journal: random appends by competing writers, snapshots, deletions, injected faults, power losses and kills.
/// A plain list per session judges it. Any contradiction throws with the seed.
/// </summary>
public sealed class JournalSimulation
{
    private sealed class SessionModel
    {
        public List<string> Acknowledged = [];
        public List<(long Expected, List<string> Records)> InFlight = [];
        public bool DeleteInFlight;
    }

    private readonly int _seed;
    private readonly Random _random;
    private readonly ManualTime _time = new();
    private readonly SessionKey[] _keys;
    private readonly Dictionary<SessionKey, SessionModel> _models = [];
    private FaultFiles _files;
    private FileSessionJournal _journal;
    private bool _faulty;
    private int _next;

    public JournalSimulation(int seed)
    {
        _seed = seed;
        _random = new Random(seed);
        _keys = [.. Enumerable.Range(0, 6).Select(i => new SessionKey($"tenant-{i % 2}", $"sitzung-ö{i}"))];
        foreach (var key in _keys)
            _models[key] = new SessionModel();
        _files = new FaultFiles(_random);
        _journal = OpenJournal();
    }

    /// <summary>Every other life drops the records behind two snapshots.</summary>
    private bool KeepsRecords => _seed % 2 == 0;

    public int Acknowledged { get; private set; }

    public int Uncertain { get; private set; }

    public int Crashes { get; private set; }

    public int SegmentsRemoved { get; private set; }

    public int TornTails { get; private set; }

    public async Task RunAsync(int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            _faulty = _random.Next(3) > 0;
            await AppendRoundAsync();
            if (_files.Crashed)
                await RestartAsync(powerLoss: true);
            else if (_random.Next(12) == 0)
                await RestartAsync(powerLoss: _random.Next(2) == 0);
            if (_random.Next(3) == 0)
                await SnapshotAsync(Pick());
            if (_random.Next(25) == 0)
                await DeleteAsync(Pick());
            if (_files.Crashed)
                await RestartAsync(powerLoss: true);
            _time.Advance(TimeSpan.FromMilliseconds(_random.Next(300)));
        }
        await RestartAsync(powerLoss: true);
    }

    private SessionKey Pick() => _keys[_random.Next(_keys.Length)];

    private FileSessionJournal OpenJournal() => FileSessionJournal.Open(
        _files,
        new FileJournalOptions
        {
            SegmentBytes = 4096,
            GrowBytes = 4096,
            KeepRecords = KeepsRecords,
            TimeProvider = _time,
            Observer = what =>
            {
                SegmentsRemoved += what.Kind == JournalEventKind.SegmentRemoved ? 1 : 0;
                TornTails += what.Kind == JournalEventKind.TornTailCut ? 1 : 0;
            },
        },
        ownThread: false);

    private void PlanFaults() => _files.Plan = (_, _) => !_faulty || _random.Next(40) > 0 ? Fault.None : (Fault)(1 + _random.Next(5));

    private async Task AppendRoundAsync()
    {
        PlanFaults();
        var calls = new List<(SessionKey Key, long Expected, List<string> Records, Task<AppendResult> Task)>();
        for (var i = _random.Next(1, 8); i > 0; i--)
        {
            var key = Pick();
            var model = _models[key];
            var ahead = calls.Where(call => call.Key == key && call.Expected == model.Acknowledged.Count).Select(call => call.Records.Count).FirstOrDefault();
            // Mostly the right version, often the same as a competitor's, sometimes one that only holds if an earlier call succeeds.
            var expected = model.Acknowledged.Count + (_random.Next(3) == 0 ? ahead : 0) + (_random.Next(20) == 0 ? 1 : 0);
            var records = Enumerable.Range(0, _random.Next(1, 4)).Select(_ => $"{key}#{_next++}:{new string('x', _random.Next(400))}").ToList();
            model.InFlight.Add((expected, records));
            var payloads = records.Select(record => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(record)).ToList();
            calls.Add((key, expected, records, _journal.AppendAsync(key, expected, payloads, default).AsTask()));
        }
        _journal.Pump();
        foreach (var (key, expected, records, task) in calls)
            await JudgeAsync(key, expected, records, task);
        // The process may die with a write in doubt and leave it to the next one.
        if (_random.Next(10) == 0)
            await RestartAsync(powerLoss: _files.Crashed || _random.Next(3) == 0);
        // Whoever got no clear answer reads again before doing anything else.
        foreach (var key in _keys.Where(key => _models[key].InFlight.Count > 0))
            await ResolveAsync(key);
    }

    private async Task JudgeAsync(SessionKey key, long expected, List<string> records, Task<AppendResult> task)
    {
        var model = _models[key];
        try
        {
            var result = await task.WaitAsync(TimeSpan.FromSeconds(30));
            model.InFlight.RemoveAll(call => ReferenceEquals(call.Records, records));
            if (result.Status == AppendStatus.Conflict)
            {
                Require(result.Version != expected, $"{key}: conflict at the expected version {expected}");
                return;
            }
            Require(model.Acknowledged.Count == expected, $"{key}: appended at {expected}, but {model.Acknowledged.Count} records were acknowledged");
            model.Acknowledged.AddRange(records);
            Require(result.Version == model.Acknowledged.Count, $"{key}: answered version {result.Version}");
            Acknowledged += records.Count;
        }
        catch (JournalUnavailableException)
        {
            // Promised: nothing was written.
            model.InFlight.RemoveAll(call => ReferenceEquals(call.Records, records));
        }
        catch (UncertainAppendException)
        {
            Uncertain++;
        }
    }

    /// <summary>Reads until the journal answers; then the model takes over what the journal says, if it is one of the allowed outcomes.</summary>
    private async Task ResolveAsync(SessionKey key)
    {
        while (true)
        {
            if (_files.Crashed)
                await RestartAsync(powerLoss: true);
            if (_models[key].InFlight.Count == 0)
                return;
            try
            {
                await CompareAsync(key);
                return;
            }
            catch (JournalUnavailableException)
            {
                _faulty = _random.Next(3) == 0;
                _time.Advance(TimeSpan.FromSeconds(1));
            }
        }
    }

    /// <summary>Snapshot and records together must be the acknowledged history, plus whole calls whose outcome was open.</summary>
    private async Task CompareAsync(SessionKey key)
    {
        var model = _models[key];
        var snapshot = await _journal.LoadSnapshotAsync(key, default);
        var actual = new List<string>();
        if (snapshot is { } loaded)
            actual.AddRange(Encoding.UTF8.GetString(loaded.Snapshot.Span).Split('\n'));
        Require(actual.Count == (snapshot?.Version ?? 0), $"{key}: snapshot of version {snapshot?.Version} holds {actual.Count} records");
        await foreach (var record in _journal.ReadAsync(key, actual.Count, default))
        {
            Require(record.Version == actual.Count + 1, $"{key}: version {record.Version} follows {actual.Count}");
            actual.Add(Encoding.UTF8.GetString(record.Payload.Span));
        }
        if (KeepsRecords)
            Require((await _journal.TextsAsync(key)).SequenceEqual(actual), $"{key}: the records from the first one on are not what snapshot and later records say");
        Require(await _journal.VersionAsync(key, default) == actual.Count, $"{key}: version differs from the number of records");
        if (!(model.DeleteInFlight && actual.Count == 0))
        {
            Require(actual.Count >= model.Acknowledged.Count, $"{key}: {model.Acknowledged.Count - actual.Count} acknowledged records are missing");
            Require(actual.Take(model.Acknowledged.Count).SequenceEqual(model.Acknowledged), $"{key}: acknowledged records changed");
            for (var at = model.Acknowledged.Count; at < actual.Count;)
            {
                var call = model.InFlight.FindIndex(call => call.Expected == at && actual.Skip(at).Take(call.Records.Count).SequenceEqual(call.Records));
                Require(call >= 0, $"{key}: record {at + 1} was never asked for, is doubled, or is part of a call");
                at += model.InFlight[call].Records.Count;
                model.InFlight.RemoveAt(call);
            }
        }
        (model.Acknowledged, model.DeleteInFlight) = (actual, false);
        model.InFlight.Clear();
    }

    private async Task RestartAsync(bool powerLoss)
    {
        Crashes++;
        _faulty = false;
        _files = powerLoss ? _files.AfterPowerLoss() : _files.AfterKill();
        _journal = OpenJournal();
        foreach (var key in _keys)
            await CompareAsync(key);
        PlanFaults();
    }

    private async Task SnapshotAsync(SessionKey key)
    {
        var model = _models[key];
        if (model.Acknowledged.Count == 0)
            return;
        var version = model.Acknowledged.Count - (_random.Next(4) == 0 ? _random.Next(model.Acknowledged.Count) : 0);
        try
        {
            var state = string.Join('\n', model.Acknowledged.Take(version));
            await _journal.SaveSnapshotAsync(key, version, Encoding.UTF8.GetBytes(state), default);
        }
        catch (JournalUnavailableException)
        {
            // A snapshot is optional; the records are untouched, which the next comparison checks.
        }
        if (_random.Next(4) == 0 && !_files.Crashed)
            await DamageNewestSnapshotAsync(key);
    }

    /// <summary>Bit rot in at most one snapshot at a time: it is loaded, found damaged and replaced before the next one may rot.</summary>
    private async Task DamageNewestSnapshotAsync(SessionKey key)
    {
        var newest = _files.Paths.LastOrDefault(path => path.EndsWith(".snap", StringComparison.Ordinal));
        if (newest is null)
            return;
        var content = _files.Content(newest).ToArray();
        content[_random.Next(content.Length)] ^= 1;
        _files.Replace(newest, content);
        _faulty = false;
        foreach (var each in _keys)
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            await CompareAsync(each);
            if (_models[each].Acknowledged is { Count: > 0 } records)
                await _journal.SaveSnapshotAsync(each, records.Count, Encoding.UTF8.GetBytes(string.Join('\n', records)), default);
        }
        Require(_models.ContainsKey(key), "unknown key");
    }

    private async Task DeleteAsync(SessionKey key)
    {
        var model = _models[key];
        try
        {
            model.DeleteInFlight = true;
            var deletion = _journal.DeleteAsync(key, default).AsTask();
            _journal.Pump();
            await deletion;
            (model.Acknowledged, model.DeleteInFlight) = ([], false);
        }
        catch (JournalUnavailableException)
        {
            model.DeleteInFlight = false;
        }
        catch (UncertainAppendException)
        {
            model.InFlight.Add((-1, []));
            await ResolveAsync(key);
        }
    }

    private void Require(bool condition, string what)
    {
        if (!condition)
            throw new InvalidOperationException($"seed {_seed}: {what}");
    }
}
