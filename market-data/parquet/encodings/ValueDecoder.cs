namespace Trading.MarketData.Parquet;

/// <summary>Decodes the values of one physical type from the encodings that it can come in.</summary>
internal abstract class ValueDecoder<T>
{
    /// <summary>Bytes that <paramref name="count"/> values take at least in PLAIN; a claim of more values than bytes allow is refused before anything is allocated.</summary>
    public abstract long LeastPlainBytes(long count);

    /// <summary>Largest page that so many values can have a reason for.</summary>
    public abstract long MostPageBytes(long count);

    public abstract void Plain(ReadOnlySpan<byte> bytes, Span<T> into);

    /// <summary>Decodes exactly <paramref name="into"/>.Length values.</summary>
    /// <exception cref="ParquetException">The bytes are damaged, or the encoding is not for this type.</exception>
    public void Decode(ParquetEncoding encoding, ReadOnlySpan<byte> bytes, Span<T> into)
    {
        if (encoding == ParquetEncoding.Plain)
        {
            if (LeastPlainBytes(into.Length) > bytes.Length) throw new ParquetException($"page damaged: {bytes.Length} bytes for {into.Length} values");
            Plain(bytes, into);
        }
        else if (!Other(encoding, bytes, into))
        {
            throw new ParquetException($"encoding {encoding} is not supported here");
        }
    }

    /// <summary>Encodings besides PLAIN and dictionaries.</summary>
    /// <returns>False: not for this type.</returns>
    protected virtual bool Other(ParquetEncoding encoding, ReadOnlySpan<byte> bytes, Span<T> into) => false;
}
