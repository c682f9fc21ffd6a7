namespace Trading.MarketData.Parquet;

/// <summary>Writes the footer's Thrift structs.</summary>
internal static class FileMetadataWriter
{
    public static void Write(FileMetadata file, ByteBuffer output)
    {
        var writer = new CompactWriter(output);
        writer.Element();
        writer.I32(1, 2);
        writer.List(2, CompactType.Struct, file.Schema.Count);
        foreach (var element in file.Schema) Element(writer, element);
        writer.I64(3, file.Rows);
        writer.List(4, CompactType.Struct, file.RowGroups.Count);
        for (var at = 0; at < file.RowGroups.Count; at++) Group(writer, file.RowGroups[at], at);
        if (file.KeyValues.Count > 0)
        {
            writer.List(5, CompactType.Struct, file.KeyValues.Count);
            foreach (var (key, value) in file.KeyValues)
            {
                writer.Element();
                writer.Text(1, key);
                writer.Text(2, value);
                file.LastValueEnd = output.Length;
                writer.End();
            }
        }

        writer.Text(6, file.CreatedBy);
        var leaves = file.Schema.Count(element => element.Type is not null);
        writer.List(7, CompactType.Struct, leaves);
        for (var at = 0; at < leaves; at++) ColumnOrder(writer);
        writer.End();
    }

    /// <summary>The union ColumnOrder with its only member, the order of the type; without it readers ignore the statistics.</summary>
    private static void ColumnOrder(CompactWriter writer)
    {
        writer.Element();
        writer.Struct(1);
        writer.End();
        writer.End();
    }

    private static void Element(CompactWriter writer, SchemaElement element)
    {
        writer.Element();
        if (element.Type is { } type)
        {
            writer.I32(1, (int)type);
            writer.I32(3, (int)element.Repetition);
        }

        writer.Text(4, element.Name);
        if (element.Type is null) writer.I32(5, element.Children);
        if (element.Converted != ConvertedType.None) writer.I32(6, (int)element.Converted);
        if (element.Logical.Kind == LogicalKind.Decimal)
        {
            writer.I32(7, element.Scale);
            writer.I32(8, element.Precision);
        }

        if (element.Logical.Kind != LogicalKind.None) Logical(writer, element.Logical);
        writer.End();
    }

    private static void Logical(CompactWriter writer, LogicalType logical)
    {
        writer.Struct(10);
        writer.Struct((int)logical.Kind);
        if (logical.Kind == LogicalKind.Decimal)
        {
            writer.I32(1, logical.Scale);
            writer.I32(2, logical.Precision);
        }
        else if (logical.Kind is LogicalKind.Timestamp)
        {
            writer.Bool(1, logical.IsUtc);
            writer.Struct(2);
            writer.Struct(logical.Unit);
            writer.End();
            writer.End();
        }

        writer.End();
        writer.End();
    }

    private static void Group(CompactWriter writer, RowGroup group, int ordinal)
    {
        writer.Element();
        writer.List(1, CompactType.Struct, group.Columns.Count);
        foreach (var chunk in group.Columns)
        {
            writer.Element();
            writer.I64(2, chunk.Start);
            writer.Struct(3);
            Chunk(writer, chunk);
            writer.End();
            writer.End();
        }

        writer.I64(2, group.TotalBytes);
        writer.I64(3, group.Rows);
        writer.I64(5, group.FileOffset);
        writer.I64(6, group.CompressedBytes);
        if (ordinal <= short.MaxValue) writer.I16(7, (short)ordinal);
        writer.End();
    }

    private static void Chunk(CompactWriter writer, ColumnChunk chunk)
    {
        writer.I32(1, (int)chunk.Type);
        writer.List(2, CompactType.I32, chunk.Encodings.Count);
        foreach (var encoding in chunk.Encodings) writer.I32Element((int)encoding);
        writer.List(3, CompactType.Binary, 1);
        writer.TextElement(chunk.Name);
        writer.I32(4, (int)chunk.Codec);
        writer.I64(5, chunk.Values);
        writer.I64(6, chunk.UncompressedBytes);
        writer.I64(7, chunk.CompressedBytes);
        writer.I64(9, chunk.DataPageOffset);
        if (chunk.DictionaryPageOffset > 0) writer.I64(11, chunk.DictionaryPageOffset);
        writer.Struct(12);
        if (chunk.NullCount is { } nulls) writer.I64(3, nulls);
        if (chunk.Minimum is { } minimum && chunk.Maximum is { } maximum)
        {
            writer.Binary(5, maximum);
            writer.Binary(6, minimum);
        }

        writer.End();
    }
}
