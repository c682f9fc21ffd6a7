using System.Runtime.CompilerServices;
using Trading.Engine.Account;
using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.Engine.Costs;
using Trading.Engine.Events;
using Trading.Engine.Orders;
using Trading.Engine.Snapshot;

namespace Trading.Engine;

/// <summary>
/// Saving and restoring a run between two commands or ticks. A snapshot is a shortcut: when it does not fit (another version, another layout), the
/// caller replays the commands instead.
/// </summary>
public sealed partial class Simulation
{
    /// <summary>Version of the snapshot's form; a change of any saved field raises it.</summary>
    public const int SnapshotVersion = 1;

    private const uint SnapshotMagic = 0x534D4953; // "SIMS"
    private byte[]? _identity;

    /// <summary>The whole state as bytes. A restored run behaves, and hashes, like this one from here on.</summary>
    public byte[] SaveSnapshot()
    {
        var writer = new SnapshotWriter();
        writer.Write(SnapshotMagic);
        writer.Write(SnapshotVersion);
        writer.Write(LayoutSize());
        writer.WriteSpan<byte>(_identity ??= RunIdentity.Of(_config, _clock, _fees));
        writer.Write(_completed);
        writer.Write(_eventTick);
        writer.Write(Finished);
        writer.Write(_firstExpiry);
        writer.Write(_drawdownReached);
        writer.Write(_minute);
        writer.Write(_minuteCount);
        writer.WriteSpan<OrderIntent>(_intents.AsSpan(0, _orderCount));
        writer.WriteSpan<OrderRecord>(_orders.AsSpan(0, _orderCount));
        writer.WriteSpan(_open.Numbers);
        writer.WriteSpan<PendingCommand>(_pending.AsSpan(0, _pendingCount));
        _ledger.Save(writer);
        _statistics.Save(writer);
        writer.WriteSpan(_log.Events);
        writer.WriteSpan(_log.Chain);
        return writer.Written.ToArray();
    }

    /// <summary>Continues a run from a snapshot of it.</summary>
    /// <exception cref="ArgumentException">A setting is wrong.</exception>
    /// <exception cref="SnapshotException">The snapshot is of another version, of another configuration or other bars, or damaged.</exception>
    public static Simulation Restore(SimulationConfig config, IReadOnlyList<BarSeries> series, ReadOnlySpan<byte> snapshot, RegulatoryFees? fees = null)
    {
        var simulation = new Simulation(config, series, fees);
        var reader = new SnapshotReader(snapshot);
        if (reader.Read<uint>() != SnapshotMagic) throw new SnapshotException("this is not a snapshot of a simulation");
        var version = reader.Read<int>();
        if (version != SnapshotVersion || reader.Read<int>() != LayoutSize()) throw new SnapshotException($"the snapshot has version {version} or another memory layout; this engine reads version {SnapshotVersion}");
        simulation._identity = RunIdentity.Of(config, simulation._clock, simulation._fees);
        if (!simulation._identity.AsSpan().SequenceEqual(reader.ReadArray<byte>())) throw new SnapshotException("the snapshot is of another configuration or of other bars");
        simulation.Load(ref reader);
        if (!reader.AtEnd) throw new SnapshotException("the snapshot is damaged: it is longer than its content");
        return simulation;
    }

    private static int LayoutSize() => Unsafe.SizeOf<OrderIntent>() + Unsafe.SizeOf<OrderRecord>() + Unsafe.SizeOf<PendingCommand>() + Unsafe.SizeOf<SimulationEvent>()
        + Unsafe.SizeOf<Lot>() + Unsafe.SizeOf<ClosedTrade>();

    private void Load(ref SnapshotReader reader)
    {
        _completed = reader.Read<int>();
        _eventTick = reader.Read<int>();
        Finished = reader.Read<bool>();
        _firstExpiry = reader.Read<long>();
        _drawdownReached = reader.Read<bool>();
        _minute = reader.Read<long>();
        _minuteCount = reader.Read<int>();
        _intents = reader.ReadArray<OrderIntent>();
        _orders = reader.ReadArray<OrderRecord>();
        _orderCount = _orders.Length;
        _open.Restore(reader.ReadArray<int>());
        _pending = reader.ReadArray<PendingCommand>();
        _pendingCount = _pending.Length;
        _ledger.Load(ref reader);
        _statistics.Load(ref reader);
        var events = reader.ReadArray<SimulationEvent>();
        _log.Restore(events, reader.ReadArray<byte>());
        if (_intents.Length != _orderCount || (uint)_completed > (uint)_clock.TickCount) throw new SnapshotException("the snapshot is damaged: its parts contradict each other");
        if (_clock.TickCount == 0) return;
        _now.Seek(_completed);
        _now.MoveNext();
    }
}
