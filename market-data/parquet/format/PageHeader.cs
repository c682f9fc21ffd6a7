namespace Trading.MarketData.Parquet;

/// <summary>What stands before a page; fields of the kinds of pages side by side.</summary>
internal record struct PageHeader
{
    public PageType Type { get; set; }

    public int UncompressedBytes { get; set; }

    public int CompressedBytes { get; set; }

    public uint? Crc { get; set; }

    public int Values { get; set; }

    public ParquetEncoding Encoding { get; set; }

    /// <summary>Of version 1 pages.</summary>
    public ParquetEncoding LevelEncoding { get; set; }

    /// <summary>Of version 2 pages.</summary>
    public int Nulls { get; set; }

    public int DefinitionBytes { get; set; }

    public int RepetitionBytes { get; set; }

    public bool IsCompressed { get; set; }

    /// <summary>Reads a header at the start of <paramref name="bytes"/>.</summary>
    /// <param name="length">Bytes of the header.</param>
    public static PageHeader Read(ReadOnlySpan<byte> bytes, out int length)
    {
        var input = new CompactReader(bytes);
        var header = new PageHeader { Type = (PageType)(-1), UncompressedBytes = -1, CompressedBytes = -1, IsCompressed = true, LevelEncoding = ParquetEncoding.Rle };
        var id = 0;
        while (input.NextField(ref id, out var type))
        {
            switch (id)
            {
                case 1:
                    header.Type = (PageType)input.I32(type);
                    break;
                case 2:
                    header.UncompressedBytes = input.Size(type);
                    break;
                case 3:
                    header.CompressedBytes = input.Size(type);
                    break;
                case 4:
                    header.Crc = (uint)input.I32(type);
                    break;
                case 5:
                    input.ExpectStruct(type);
                    header.Data(ref input);
                    break;
                case 7:
                    input.ExpectStruct(type);
                    header.Dictionary(ref input);
                    break;
                case 8:
                    input.ExpectStruct(type);
                    header.DataV2(ref input);
                    break;
                default:
                    input.Skip(type);
                    break;
            }
        }

        if (header.UncompressedBytes < 0 || header.CompressedBytes < 0) throw input.Fault("a page without sizes");
        length = input.Position;
        return header;
    }

    private void Data(ref CompactReader input)
    {
        var id = 0;
        while (input.NextField(ref id, out var type))
        {
            if (id == 1) Values = input.Size(type);
            else if (id == 2) Encoding = (ParquetEncoding)input.I32(type);
            else if (id == 3) LevelEncoding = (ParquetEncoding)input.I32(type);
            else input.Skip(type);
        }
    }

    private void Dictionary(ref CompactReader input)
    {
        var id = 0;
        while (input.NextField(ref id, out var type))
        {
            if (id == 1) Values = input.Size(type);
            else if (id == 2) Encoding = (ParquetEncoding)input.I32(type);
            else input.Skip(type);
        }
    }

    private void DataV2(ref CompactReader input)
    {
        var id = 0;
        while (input.NextField(ref id, out var type))
        {
            switch (id)
            {
                case 1:
                    Values = input.Size(type);
                    break;
                case 2:
                    Nulls = input.Size(type);
                    break;
                case 4:
                    Encoding = (ParquetEncoding)input.I32(type);
                    break;
                case 5:
                    DefinitionBytes = input.Size(type);
                    break;
                case 6:
                    RepetitionBytes = input.Size(type);
                    break;
                case 7:
                    IsCompressed = input.Bool(type);
                    break;
                default:
                    input.Skip(type);
                    break;
            }
        }
    }

    public readonly void Write(ByteBuffer output)
    {
        var writer = new CompactWriter(output);
        writer.Element();
        writer.I32(1, (int)Type);
        writer.I32(2, UncompressedBytes);
        writer.I32(3, CompressedBytes);
        if (Crc is { } crc) writer.I32(4, (int)crc);
        switch (Type)
        {
            case PageType.Data:
                writer.Struct(5);
                writer.I32(1, Values);
                writer.I32(2, (int)Encoding);
                writer.I32(3, (int)ParquetEncoding.Rle);
                writer.I32(4, (int)ParquetEncoding.Rle);
                break;
            case PageType.Dictionary:
                writer.Struct(7);
                writer.I32(1, Values);
                writer.I32(2, (int)Encoding);
                break;
            default:
                writer.Struct(8);
                writer.I32(1, Values);
                writer.I32(2, Nulls);
                writer.I32(3, Values);
                writer.I32(4, (int)Encoding);
                writer.I32(5, DefinitionBytes);
                writer.I32(6, 0);
                writer.Bool(7, IsCompressed);
                break;
        }

        writer.End();
        writer.End();
    }
}
