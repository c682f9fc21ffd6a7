using Microsoft.Win32.SafeHandles;

namespace Trading.MarketData.Parquet;

/// <summary>Where the bytes of a file come from.</summary>
internal abstract class ParquetSource : IDisposable
{
    public abstract long Length { get; }

    /// <summary>Exactly these bytes; the caller has checked them against <see cref="Length"/>.</summary>
    public abstract ReadOnlyMemory<byte> Read(long offset, int count);

    public virtual void Dispose()
    {
    }
}

internal sealed class MemorySource(ReadOnlyMemory<byte> bytes) : ParquetSource
{
    public override long Length => bytes.Length;

    public override ReadOnlyMemory<byte> Read(long offset, int count) => bytes.Slice((int)offset, count);
}

internal sealed class DiskSource(SafeFileHandle handle) : ParquetSource
{
    public override long Length { get; } = RandomAccess.GetLength(handle);

    public override ReadOnlyMemory<byte> Read(long offset, int count)
    {
        var bytes = new byte[count];
        for (var done = 0; done < count;)
        {
            var read = RandomAccess.Read(handle, bytes.AsSpan(done), offset + done);
            if (read == 0) throw new ParquetException("the file became shorter while it was read");
            done += read;
        }

        return bytes;
    }

    public override void Dispose()
    {
        handle.Dispose();
        base.Dispose();
    }
}
