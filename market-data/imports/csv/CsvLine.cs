namespace Trading.MarketData.Imports.Csv;

/// <summary>Splits one line as RFC 4180 has it, except that a quoted cell cannot hold a line end. Blanks around a cell are dropped.</summary>
internal static class CsvLine
{
    /// <summary>The cells; null when a quote is not closed or something stands behind the closing one.</summary>
    public static List<byte[]>? Split(ReadOnlySpan<byte> line, byte delimiter)
    {
        var cells = new List<byte[]>();
        while (true)
        {
            if (!TryTake(ref line, delimiter, out var cell, out var isLast)) return null;
            cells.Add(cell);
            if (isLast) return cells;
        }
    }

    private static bool TryTake(ref ReadOnlySpan<byte> line, byte delimiter, out byte[] cell, out bool isLast)
    {
        var start = TrimStart(line, delimiter);
        if (start.Length > 0 && start[0] == '"')
        {
            line = start;
            return TryTakeQuoted(ref line, delimiter, out cell, out isLast);
        }

        var end = line.IndexOf(delimiter);
        isLast = end < 0;
        cell = Trim(isLast ? line : line[..end], delimiter).ToArray();
        line = isLast ? [] : line[(end + 1)..];
        return !cell.AsSpan().Contains((byte)'"');
    }

    private static bool TryTakeQuoted(ref ReadOnlySpan<byte> line, byte delimiter, out byte[] cell, out bool isLast)
    {
        var content = new List<byte>();
        (cell, isLast) = ([], false);
        var at = 1;
        while (true)
        {
            if (at >= line.Length) return false;
            if (line[at] != '"')
            {
                content.Add(line[at++]);
                continue;
            }

            if (at + 1 < line.Length && line[at + 1] == '"')
            {
                content.Add((byte)'"');
                at += 2;
                continue;
            }

            break;
        }

        var rest = TrimStart(line[(at + 1)..], delimiter);
        isLast = rest.Length == 0;
        if (!isLast && rest[0] != delimiter) return false;
        line = isLast ? [] : rest[1..];
        cell = Trim(content.ToArray(), delimiter).ToArray();
        return true;
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text, byte delimiter) => delimiter == '\t' ? text.Trim((byte)' ') : text.Trim(" \t"u8);

    private static ReadOnlySpan<byte> TrimStart(ReadOnlySpan<byte> text, byte delimiter) => delimiter == '\t' ? text.TrimStart((byte)' ') : text.TrimStart(" \t"u8);
}
