using Trading.Engine;
using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.Engine.Orders;
using Trading.GrainInterfaces.Sessions;
using Trading.Grains.Sessions;
using Trading.Storage.ReadModels;
using Trading.Tests.Support.ReadModels;

namespace Trading.Grains.Tests.Sessions;

/// <summary>Drives a <see cref="SessionMachine"/> the way the grain does, keeps what it wrote and said, and can lose the machine and rebuild it from the journal.</summary>
internal sealed class SessionDriver
{
    private static readonly DateTimeOffset Beginning = new(2026, 2, 3, 9, 15, 0, TimeSpan.Zero);

    private readonly IReadOnlyList<BarSeries> _series;
    private readonly SimulationConfig _config;
    private readonly SessionOptions _options;
    private readonly string[] _extensions;

    public SessionDriver(IReadOnlyList<BarSeries> series, SimulationConfig? config = null, SessionOptions? options = null, params string[] extensions)
    {
        _series = series;
        _config = config ?? SmallBars.Config(30);
        _options = options ?? new SessionOptions();
        _extensions = extensions;
        Machine = NewMachine();
        Machine.Begin("create", []);
        Flush(false);
    }

    /// <summary>One symbol, <c>ACME</c>, two days of ten minutes.</summary>
    public static SessionDriver Small(params string[] extensions) => new([SmallBars.Series("ACME", 2, 10)], null, null, extensions);

    /// <summary>The same, started and with the first ticks sent.</summary>
    public static SessionDriver Running(int window = 1, AccountUpdateFrequency updates = AccountUpdateFrequency.OnDemand, params string[] extensions)
    {
        var driver = Small(extensions);
        driver.Send(new StartCommand { MaxPendingTicks = window, AccountUpdates = updates });
        return driver;
    }

    public SessionMachine Machine { get; private set; }

    public DateTimeOffset Now { get; set; } = Beginning;

    /// <summary>The durable records.</summary>
    public List<byte[]> Journal { get; } = [];

    /// <summary>The read models as of the last record.</summary>
    public ReadModelTables Tables { get; } = new();

    /// <summary>Called with every append: its records, and what it changes of the read models.</summary>
    public Action<IReadOnlyList<ReadOnlyMemory<byte>>, SessionChange>? Appending { get; set; }

    /// <summary>Everything the client was told, in order.</summary>
    public List<SessionOutput> All { get; } = [];

    public IEnumerable<FillOutput> Fills => All.OfType<FillOutput>();

    public CompleteOutput? Complete => All.OfType<CompleteOutput>().LastOrDefault();

    /// <summary>One call with these commands and as many more as the session asks for; returns what it said.</summary>
    public List<SessionOutput> Send(params SessionCommand[] commands)
    {
        var first = All.Count;
        foreach (var start in commands.OfType<StartCommand>()) Window = start.MaxPendingTicks;
        foreach (var command in commands) Machine.Enqueue(command);
        while (Call())
        {
        }

        return All.GetRange(first, All.Count - first);
    }

    /// <summary>One slice; true when there is more to do.</summary>
    public bool Call(params SessionCommand[] commands)
    {
        foreach (var command in commands) Machine.Enqueue(command);
        var budget = _options.SliceTicks;
        var more = true;
        Machine.CheckTime(Now);
        while (Machine.Pump(Now, ref budget))
        {
            if (!Machine.TryTake(out var command))
            {
                more = false;
                break;
            }

            Machine.Apply(command!, Now, MaxDurationSec);
        }

        Machine.Checkpoint(Now);
        Flush(true);
        return more;
    }

    /// <summary>Every output is looked at as a serializer would.</summary>
    public bool CheckTypes { get; set; }

    /// <summary><c>max_pending_ticks</c> of the start.</summary>
    public int Window { get; private set; } = 1;

    public int? MaxDurationSec { get; set; }

    public List<SessionOutput> Acknowledge(long tick, int ordersPending = 0, ProcessingStatus status = ProcessingStatus.Ready) =>
        Send(new AckCommand { Sequence = tick, Status = status, OrdersPending = ordersPending });

    /// <summary>Acknowledges every tick that is sent until the session is over.</summary>
    public void RunToEnd()
    {
        while (Machine.End == SessionEnd.No) Acknowledge(Machine.Status().Sequence);
    }

    public void Disconnect()
    {
        Machine.Disconnect(Now);
        Flush(false);
    }

    public List<SessionOutput> Resume(long lastProcessed) => Send(new ResumeSessionCommand { LastProcessedSequence = lastProcessed, RequestId = "resume" });

    /// <summary>The process dies: what was not durable is gone. A new machine replays the journal, or a snapshot of the old one and the records after it.</summary>
    public void Crash((byte[] Bytes, int Version)? snapshot = null)
    {
        var from = 0;
        if (snapshot is { } saved)
        {
            var body = SessionSnapshot.Read(saved.Bytes, out var engine);
            Machine = new SessionMachine(SessionMachine.DefinitionOf("user", body.Created, body.CreatedAt), new SimulationRunFactory().Create(_config, _series, engine), _options);
            Machine.Restore(body);
            from = saved.Version;
        }
        else
        {
            Machine = NewMachine();
        }

        foreach (var record in Journal.Skip(from)) Machine.Replay(SessionRecord.Parse(record));
    }

    public static BatchCommand Batch(string id, params ClientOrder[] orders) => new() { BatchId = id, Orders = orders, RequestId = "r-" + id };

    public static ClientOrder Market(string id, int quantity, OrderSide side = OrderSide.Buy, string symbol = "ACME", TimeInForce tif = TimeInForce.Day) =>
        new() { OrderId = id, Symbol = symbol, Side = side, Type = OrderType.Market, Quantity = quantity * Instrument.Unit, TimeInForce = tif };

    public static ClientOrder Limit(string id, int quantity, decimal price, OrderSide side = OrderSide.Buy, TimeInForce tif = TimeInForce.GoodTilCancelled) =>
        new() { OrderId = id, Symbol = "ACME", Side = side, Type = OrderType.Limit, Quantity = quantity * Instrument.Unit, Price = SmallBars.Units(price), TimeInForce = tif };

    private SessionMachine NewMachine()
    {
        var run = new SimulationRun(new Simulation(_config, _series));
        return new SessionMachine(Definition(), run, _options);
    }

    private SessionDefinition Definition() => new()
    {
        Tenant = "user",
        SessionId = "s-1",
        Loaded = [.. _series.Select(one => new SymbolRange(one.Instrument.Symbol, one.OpenTime[0], one.OpenTime[^1] + one.BarMicros, one.Count, 0))],
        Fingerprints = [.. _series.Select(_ => "f")],
        DataProvider = "polygon",
        DataVersion = "adjusted",
        Config = _config,
        Extensions = _extensions,
        CreatedAt = Beginning,
    };

    private void Flush(bool keep)
    {
        var records = Machine.TakeRecords();
        if (records.Count > 0)
        {
            var change = Machine.TakeChange(isNew: Journal.Count == 0);
            foreach (var record in records) Journal.Add(record.ToArray());
            Tables.Apply(Journal.Count, change);
            Appending?.Invoke(records, change);
        }

        var outputs = Machine.TakeOutputs();
        if (CheckTypes) WireTypes.Check(outputs);
        if (keep || outputs.Count > 0) All.AddRange(outputs);
    }
}
