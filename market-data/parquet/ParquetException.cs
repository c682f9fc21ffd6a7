namespace Trading.MarketData.Parquet;

/// <summary>Bytes that are no readable Parquet file, or a file that uses what is not supported; the message says what, and where.</summary>
public sealed class ParquetException : Exception
{
    public ParquetException()
    {
    }

    public ParquetException(string message)
        : base(message)
    {
    }

    public ParquetException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
