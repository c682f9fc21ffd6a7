namespace Trading.MarketData.Parquet;

/// <summary>Reads the Thrift struct ColumnChunk.</summary>
internal static class ChunkReader
{
    public static ColumnChunk Read(ref CompactReader input)
    {
        var chunk = new ColumnChunk();
        var hasMetadata = false;
        var id = 0;
        while (input.NextField(ref id, out var type))
        {
            switch (id)
            {
                case 1:
                    chunk.IsElsewhere |= input.Binary(type).Length > 0;
                    break;
                case 3:
                    input.ExpectStruct(type);
                    Metadata(ref input, chunk);
                    hasMetadata = true;
                    break;
                case 8 or 9:
                    chunk.IsElsewhere = true;
                    input.Skip(type);
                    break;
                default:
                    input.Skip(type);
                    break;
            }
        }

        chunk.IsElsewhere |= !hasMetadata;
        return chunk;
    }

    private static void Metadata(ref CompactReader input, ColumnChunk chunk)
    {
        var id = 0;
        while (input.NextField(ref id, out var type))
        {
            switch (id)
            {
                case 1:
                    chunk.Type = (ParquetPhysicalType)input.I32(type);
                    break;
                case 2:
                    for (var count = input.List(type, CompactType.I32); count > 0; count--) chunk.Encodings.Add((ParquetEncoding)input.I32(CompactType.I32));
                    break;
                case 3:
                    for (var count = input.List(type, CompactType.Binary); count > 0; count--) chunk.Name = input.Text(CompactType.Binary);
                    break;
                case 4:
                    chunk.Codec = (ParquetCodec)input.I32(type);
                    break;
                case 5:
                    chunk.Values = input.LongSize(type);
                    break;
                case 6:
                    chunk.UncompressedBytes = input.LongSize(type);
                    break;
                case 7:
                    chunk.CompressedBytes = input.LongSize(type);
                    break;
                case 9:
                    chunk.DataPageOffset = input.LongSize(type);
                    break;
                case 11:
                    chunk.DictionaryPageOffset = input.LongSize(type);
                    break;
                case 12:
                    input.ExpectStruct(type);
                    Statistics(ref input, chunk);
                    break;
                default:
                    input.Skip(type);
                    break;
            }
        }
    }

    /// <summary>Fields 1 and 2 are older writers' maximum and minimum, of a signed order that is right for the integers that are looked at here.</summary>
    private static void Statistics(ref CompactReader input, ColumnChunk chunk)
    {
        var id = 0;
        while (input.NextField(ref id, out var type))
        {
            switch (id)
            {
                case 1:
                    chunk.Maximum ??= input.Binary(type).ToArray();
                    break;
                case 2:
                    chunk.Minimum ??= input.Binary(type).ToArray();
                    break;
                case 3:
                    chunk.NullCount = input.I64(type);
                    break;
                case 5:
                    chunk.Maximum = input.Binary(type).ToArray();
                    break;
                case 6:
                    chunk.Minimum = input.Binary(type).ToArray();
                    break;
                default:
                    input.Skip(type);
                    break;
            }
        }
    }
}
