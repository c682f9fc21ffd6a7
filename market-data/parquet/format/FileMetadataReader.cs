namespace Trading.MarketData.Parquet;

/// <summary>Reads the footer's Thrift structs; unknown fields are passed over.</summary>
internal static class FileMetadataReader
{
    public static FileMetadata Read(ReadOnlySpan<byte> footer)
    {
        var input = new CompactReader(footer);
        var file = new FileMetadata();
        var id = 0;
        while (input.NextField(ref id, out var type))
        {
            switch (id)
            {
                case 2:
                    for (var count = input.List(type, CompactType.Struct); count > 0; count--) file.Schema.Add(Element(ref input));
                    break;
                case 3:
                    file.Rows = input.LongSize(type);
                    break;
                case 4:
                    for (var count = input.List(type, CompactType.Struct); count > 0; count--) file.RowGroups.Add(Group(ref input));
                    break;
                case 5:
                    for (var count = input.List(type, CompactType.Struct); count > 0; count--) KeyValue(ref input, file);
                    break;
                case 6:
                    file.CreatedBy = input.Text(type);
                    break;
                case 8:
                    throw new ParquetException("encrypted files are not supported");
                default:
                    input.Skip(type);
                    break;
            }
        }

        // a footer length that is wrong by chance can point at bytes that look like metadata, but hardly so that they end where they should
        if (input.Position != footer.Length) throw new ParquetException($"metadata damaged: they end after {input.Position} of {footer.Length} bytes");
        if (file.Schema.Count == 0) throw new ParquetException("metadata damaged: no schema");
        return file;
    }

    private static void KeyValue(ref CompactReader input, FileMetadata file)
    {
        string key = "", value = "";
        var id = 0;
        while (input.NextField(ref id, out var type))
        {
            switch (id)
            {
                case 1:
                    key = input.Text(type);
                    break;
                case 2:
                    value = input.Text(type);
                    file.LastValueEnd = input.Position;
                    break;
                default:
                    input.Skip(type);
                    break;
            }
        }

        file.KeyValues.Add(new(key, value));
    }

    private static SchemaElement Element(ref CompactReader input)
    {
        var element = new SchemaElement();
        var id = 0;
        while (input.NextField(ref id, out var type))
        {
            switch (id)
            {
                case 1:
                    element.Type = (ParquetPhysicalType)input.I32(type);
                    break;
                case 2:
                    element.TypeLength = input.Size(type);
                    break;
                case 3:
                    element.Repetition = (Repetition)input.I32(type);
                    break;
                case 4:
                    element.Name = input.Text(type);
                    break;
                case 5:
                    element.Children = input.Size(type);
                    break;
                case 6:
                    element.Converted = (ConvertedType)input.I32(type);
                    break;
                case 7:
                    element.Scale = input.I32(type);
                    break;
                case 8:
                    element.Precision = input.I32(type);
                    break;
                case 10:
                    element.Logical = Logical(ref input, type);
                    break;
                default:
                    input.Skip(type);
                    break;
            }
        }

        return element;
    }

    private static LogicalType Logical(ref CompactReader input, CompactType outer)
    {
        input.ExpectStruct(outer);
        var logical = default(LogicalType);
        var kind = 0;
        while (input.NextField(ref kind, out var type))
        {
            logical = (LogicalKind)kind switch
            {
                LogicalKind.Decimal => Decimal(ref input, type),
                LogicalKind.Time or LogicalKind.Timestamp => Time(ref input, type, (LogicalKind)kind),
                LogicalKind.Integer => Integer(ref input, type),
                _ => Plain(ref input, type, (LogicalKind)kind),
            };
        }

        return logical;
    }

    private static LogicalType Plain(ref CompactReader input, CompactType outer, LogicalKind kind)
    {
        input.Skip(outer);
        return new(kind);
    }

    private static LogicalType Decimal(ref CompactReader input, CompactType outer)
    {
        input.ExpectStruct(outer);
        int scale = 0, precision = 0, id = 0;
        while (input.NextField(ref id, out var type))
        {
            if (id == 1) scale = input.I32(type);
            else if (id == 2) precision = input.I32(type);
            else input.Skip(type);
        }

        return new(LogicalKind.Decimal, scale, precision);
    }

    private static LogicalType Time(ref CompactReader input, CompactType outer, LogicalKind kind)
    {
        input.ExpectStruct(outer);
        int unit = 0, id = 0;
        var utc = false;
        while (input.NextField(ref id, out var type))
        {
            if (id == 1)
            {
                utc = input.Bool(type);
            }
            else if (id == 2)
            {
                input.ExpectStruct(type);
                var which = 0;
                while (input.NextField(ref which, out var member))
                {
                    unit = which;
                    input.Skip(member);
                }
            }
            else
            {
                input.Skip(type);
            }
        }

        return new(kind, Unit: unit, IsUtc: utc);
    }

    private static LogicalType Integer(ref CompactReader input, CompactType outer)
    {
        input.ExpectStruct(outer);
        var signed = true;
        var id = 0;
        while (input.NextField(ref id, out var type))
        {
            if (id == 2) signed = input.Bool(type);
            else input.Skip(type);
        }

        return new(LogicalKind.Integer, IsSigned: signed);
    }

    private static RowGroup Group(ref CompactReader input)
    {
        var group = new RowGroup();
        var id = 0;
        while (input.NextField(ref id, out var type))
        {
            switch (id)
            {
                case 1:
                    for (var count = input.List(type, CompactType.Struct); count > 0; count--) group.Columns.Add(ChunkReader.Read(ref input));
                    break;
                case 2:
                    group.TotalBytes = input.I64(type);
                    break;
                case 3:
                    group.Rows = input.LongSize(type);
                    break;
                default:
                    input.Skip(type);
                    break;
            }
        }

        return group;
    }
}
