using Trading.MarketData.Candles;

namespace Trading.MarketData.Store;

/// <summary>Which columns of a file to decode (OHLCV-178); the time is always decoded.</summary>
[Flags]
public enum CandleFields
{
    Time = 0,
    Open = 1,
    High = 2,
    Low = 4,
    Close = 8,
    Volume = 16,
    All = Open | High | Low | Close | Volume,
}

/// <param name="Columns">The candles; a column that was not asked for is all zero.</param>
/// <param name="Info">Where they come from.</param>
public sealed record CandleFileContent(CandleColumns Columns, PartitionInfo Info);

/// <param name="Count">Candles in the file.</param>
/// <param name="FirstTime">Start of the first candle, from the file's statistics; 0 without candles.</param>
/// <param name="LastTime">Start of the last candle.</param>
/// <param name="Info">Where they come from.</param>
public sealed record CandleFileSummary(int Count, long FirstTime, long LastTime, PartitionInfo Info);

/// <summary>A file of candles as bytes. Equal input gives equal bytes on every machine. Safe for concurrent use.</summary>
public interface ICandleFileFormat
{
    /// <summary>The bytes of a file. Times must rise strictly.</summary>
    byte[] Write(CandleColumns candles, PartitionInfo info);

    /// <summary>Reads a file that <see cref="Write"/> or another writer of the same columns made; checks page checksums, and the fingerprint when all fields are read.</summary>
    /// <exception cref="CandleFileException">The bytes are no such file, or are damaged. Never another exception, whatever the bytes.</exception>
    CandleFileContent Read(ReadOnlyMemory<byte> bytes, CandleFields fields);

    /// <summary>What the file holds, from its end alone. <paramref name="tail"/> is the last part of the file, or all of it.</summary>
    /// <param name="tail">The last bytes of the file.</param>
    /// <param name="summary">The summary; null when more bytes are needed.</param>
    /// <returns>0, or the number of bytes from the end that are needed.</returns>
    /// <exception cref="CandleFileException">The bytes are no such file, or are damaged.</exception>
    int ReadSummary(ReadOnlyMemory<byte> tail, out CandleFileSummary? summary);
}

/// <summary>Bytes that are no readable file of candles; the message says what is wrong and where.</summary>
public sealed class CandleFileException : Exception
{
    public CandleFileException()
    {
    }

    public CandleFileException(string message)
        : base(message)
    {
    }

    public CandleFileException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
