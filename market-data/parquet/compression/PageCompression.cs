using System.IO.Compression;

namespace Trading.MarketData.Parquet;

/// <summary>Compresses and decompresses pages. A page is decompressed into room of the declared size and never beyond it.</summary>
internal static class PageCompression
{
    private const int BrotliQuality = 5;
    private const int BrotliWindow = 22;

    public static bool IsSupported(ParquetCodec codec) =>
        codec is ParquetCodec.Uncompressed or ParquetCodec.Snappy or ParquetCodec.Gzip or ParquetCodec.Brotli;

    /// <exception cref="ParquetException">The page is damaged, does not hold exactly <paramref name="output"/>.Length bytes, or its codec is not supported.</exception>
    public static void Decompress(ParquetCodec codec, ReadOnlyMemory<byte> page, Span<byte> output)
    {
        switch (codec)
        {
            case ParquetCodec.Uncompressed:
                if (page.Length != output.Length) throw new ParquetException($"page damaged: {page.Length} bytes, declared {output.Length}");
                page.Span.CopyTo(output);
                break;
            case ParquetCodec.Snappy:
                SnappyDecoder.Decode(page.Span, output);
                break;
            case ParquetCodec.Gzip:
                Gunzip(page, output);
                break;
            case ParquetCodec.Brotli:
                Brotli(page.Span, output);
                break;
            default:
                throw Unsupported(codec);
        }
    }

    public static void Compress(ParquetCodec codec, ReadOnlySpan<byte> page, ByteBuffer output)
    {
        switch (codec)
        {
            case ParquetCodec.Uncompressed:
                output.Write(page);
                break;
            case ParquetCodec.Snappy:
                SnappyEncoder.Encode(page, output);
                break;
            case ParquetCodec.Gzip:
                Gzip(page, output);
                break;
            case ParquetCodec.Brotli:
                var room = output.Reserve(BrotliEncoder.GetMaxCompressedLength(page.Length) + 16);
                if (!BrotliEncoder.TryCompress(page, room, out var written, BrotliQuality, BrotliWindow)) throw new InvalidOperationException("brotli wrote more than its bound");
                output.Advance(written);
                break;
            default:
                throw Unsupported(codec);
        }
    }

    private static void Gzip(ReadOnlySpan<byte> page, ByteBuffer output)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true)) gzip.Write(page);
        output.Write(compressed.GetBuffer().AsSpan(0, (int)compressed.Length));
    }

    private static void Gunzip(ReadOnlyMemory<byte> page, Span<byte> output)
    {
        try
        {
            using var source = new MemoryStream(page.ToArray(), writable: false);
            using var gzip = new GZipStream(source, CompressionMode.Decompress);
            if (gzip.ReadAtLeast(output, output.Length, throwOnEndOfStream: false) != output.Length || gzip.ReadByte() >= 0)
                throw new ParquetException($"gzip page damaged: it does not hold the declared {output.Length} bytes");
        }
        catch (InvalidDataException e)
        {
            throw new ParquetException($"gzip page damaged: {e.Message}", e);
        }
    }

    private static void Brotli(ReadOnlySpan<byte> page, Span<byte> output)
    {
        if (!BrotliDecoder.TryDecompress(page, output, out var written) || written != output.Length)
            throw new ParquetException($"brotli page damaged: it does not hold the declared {output.Length} bytes");
    }

    public static ParquetException Unsupported(ParquetCodec codec) =>
        new($"compression {codec} is not supported; supported are uncompressed, snappy, gzip and brotli");
}
