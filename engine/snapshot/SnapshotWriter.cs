using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Trading.Engine.Snapshot;

/// <summary>Appends plain values as they lie in memory (little-endian machines).</summary>
internal sealed class SnapshotWriter
{
    private byte[] _bytes = new byte[1024];
    private int _count;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _count);

    public void Write<T>(in T value)
        where T : unmanaged => MemoryMarshal.Write(Take(Unsafe.SizeOf<T>()), in value);

    /// <summary>The number of values, then the values.</summary>
    public void WriteSpan<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        Write(values.Length);
        var bytes = MemoryMarshal.AsBytes(values);
        bytes.CopyTo(Take(bytes.Length));
    }

    private Span<byte> Take(int size)
    {
        if (_count + size > _bytes.Length) Array.Resize(ref _bytes, Math.Max(_count + size, _bytes.Length * 2));
        _count += size;
        return _bytes.AsSpan(_count - size, size);
    }
}

/// <summary>Reads what <see cref="SnapshotWriter"/> wrote.</summary>
internal ref struct SnapshotReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool AtEnd => _rest.IsEmpty;

    /// <exception cref="SnapshotException">The snapshot ends too early.</exception>
    public T Read<T>()
        where T : unmanaged => MemoryMarshal.Read<T>(Take(Unsafe.SizeOf<T>()));

    /// <exception cref="SnapshotException">The snapshot ends too early.</exception>
    public T[] ReadArray<T>()
        where T : unmanaged
    {
        var count = Read<int>();
        if (count < 0 || (long)count * Unsafe.SizeOf<T>() > _rest.Length) throw new SnapshotException("the snapshot is damaged: an array is longer than what is left");
        var values = new T[count];
        Take(count * Unsafe.SizeOf<T>()).CopyTo(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    private ReadOnlySpan<byte> Take(int size)
    {
        if (size > _rest.Length) throw new SnapshotException("the snapshot is damaged: it ends too early");
        var taken = _rest[..size];
        _rest = _rest[size..];
        return taken;
    }
}
