namespace Trading.MarketData.Parquet;

/// <summary>Turns the schema's tree into columns: the leaves, of which those directly below the root can be read.</summary>
internal static class SchemaReader
{
    private const int MaxDepth = 64;
    private const int MaxDecimalDigits = 38;

    public static List<ParquetColumnInfo> Columns(List<SchemaElement> schema)
    {
        var columns = new List<ParquetColumnInfo>();
        var at = 1;
        for (var child = 0; child < schema[0].Children; child++) Walk(schema, ref at, "", 0, columns);
        if (at != schema.Count) throw new ParquetException("metadata damaged: the schema is no tree");
        return columns;
    }

    private static void Walk(List<SchemaElement> schema, ref int at, string path, int depth, List<ParquetColumnInfo> columns)
    {
        if (at >= schema.Count || depth > MaxDepth) throw new ParquetException("metadata damaged: the schema is no tree");
        var element = schema[at++];
        var name = path + element.Name;
        if (element.Type is null)
        {
            for (var child = 0; child < element.Children; child++) Walk(schema, ref at, name + ".", depth + 1, columns);
            return;
        }

        var column = Leaf(element, columns.Count, name);
        if (depth > 0 || element.Repetition is not (Repetition.Required or Repetition.Optional))
            column = column with { Kind = ParquetKind.Unsupported, Problem = $"column '{name}' is nested or repeated" };
        columns.Add(column);
    }

    private static ParquetColumnInfo Leaf(SchemaElement element, int index, string name)
    {
        var column = new ParquetColumnInfo(index, name, ParquetKind.Unsupported, element.Type!.Value, element.Repetition == Repetition.Optional) { Width = element.TypeLength };
        return column.PhysicalType switch
        {
            ParquetPhysicalType.Boolean => column with { Kind = ParquetKind.Boolean },
            ParquetPhysicalType.Int32 or ParquetPhysicalType.Int64 => Number(column, element),
            ParquetPhysicalType.Int96 => column with { Kind = ParquetKind.Timestamp, Unit = ParquetTimeUnit.Nanoseconds },
            ParquetPhysicalType.Float => column with { Kind = ParquetKind.Float },
            ParquetPhysicalType.Double => column with { Kind = ParquetKind.Double },
            ParquetPhysicalType.ByteArray or ParquetPhysicalType.FixedLengthByteArray => Bytes(column, element),
            _ => throw new ParquetException($"metadata damaged: column '{name}' has type {(int)column.PhysicalType}"),
        };
    }

    private static ParquetColumnInfo Number(ParquetColumnInfo column, SchemaElement element)
    {
        var logical = element.Logical;
        switch (logical.Kind)
        {
            case LogicalKind.Decimal:
                return Decimal(column, logical.Precision, logical.Scale);
            case LogicalKind.Date:
                return column with { Kind = ParquetKind.Date };
            case LogicalKind.Time:
                return column with { Kind = ParquetKind.Time, Unit = Unit(logical.Unit, column) };
            case LogicalKind.Timestamp:
                return column with { Kind = ParquetKind.Timestamp, Unit = Unit(logical.Unit, column), IsUtc = logical.IsUtc };
            case LogicalKind.Integer:
                return column with { Kind = ParquetKind.Integer, IsUnsigned = !logical.IsSigned };
        }

        return element.Converted switch
        {
            ConvertedType.Decimal => Decimal(column, element.Precision, element.Scale),
            ConvertedType.Date => column with { Kind = ParquetKind.Date },
            ConvertedType.TimeMillis => column with { Kind = ParquetKind.Time, Unit = ParquetTimeUnit.Milliseconds },
            ConvertedType.TimeMicros => column with { Kind = ParquetKind.Time, Unit = ParquetTimeUnit.Microseconds },
            // the converted types are defined as instants, whatever writers of local times made of them
            ConvertedType.TimestampMillis => column with { Kind = ParquetKind.Timestamp, Unit = ParquetTimeUnit.Milliseconds, IsUtc = true },
            ConvertedType.TimestampMicros => column with { Kind = ParquetKind.Timestamp, Unit = ParquetTimeUnit.Microseconds, IsUtc = true },
            >= ConvertedType.UInt8 and <= ConvertedType.UInt64 => column with { Kind = ParquetKind.Integer, IsUnsigned = true },
            _ => column with { Kind = ParquetKind.Integer },
        };
    }

    private static ParquetColumnInfo Bytes(ParquetColumnInfo column, SchemaElement element)
    {
        var isFixed = column.PhysicalType == ParquetPhysicalType.FixedLengthByteArray;
        if (isFixed && column.Width is < 1 or > 1 << 20) throw new ParquetException($"metadata damaged: column '{column.Name}' has values of {column.Width} bytes");
        if (element.Logical.Kind == LogicalKind.Decimal) return Decimal(column, element.Logical.Precision, element.Logical.Scale);
        if (element.Logical.Kind == LogicalKind.None && element.Converted == ConvertedType.Decimal) return Decimal(column, element.Precision, element.Scale);
        var isText = element.Logical.Kind is LogicalKind.Text or LogicalKind.Enum or LogicalKind.Json
            || (element.Logical.Kind == LogicalKind.None && element.Converted is ConvertedType.Utf8 or ConvertedType.Enum or ConvertedType.Json);
        return column with { Kind = isText && !isFixed ? ParquetKind.Text : ParquetKind.Bytes };
    }

    private static ParquetColumnInfo Decimal(ParquetColumnInfo column, int precision, int scale)
    {
        if (precision is < 1 or > MaxDecimalDigits || scale < 0 || scale > precision)
            return column with { Problem = $"column '{column.Name}' is DECIMAL({precision},{scale}), which is not supported" };
        return column with { Kind = ParquetKind.Decimal, Precision = precision, Scale = scale };
    }

    private static ParquetTimeUnit Unit(int unit, ParquetColumnInfo column) => unit is >= 1 and <= 3
        ? (ParquetTimeUnit)unit
        : throw new ParquetException($"metadata damaged: column '{column.Name}' has time unit {unit}");
}
