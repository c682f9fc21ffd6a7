using System.Globalization;

namespace Trading.MarketData.Parquet;

/// <summary>Exact conversions of decoded columns.</summary>
internal static class ColumnConversion
{
    private const int UnitPlaces = 8;
    private const long UnitsPerWhole = 100_000_000;

    /// <summary>A decimal of up to 15 digits is the shortest text of the double nearest to it, so no text needs to be made below this.</summary>
    private const double FifteenDigits = 1e15;

    public static long[] Units(ParquetColumn column, UnitRounding rounding)
    {
        var info = column.Info;
        switch (info.Kind)
        {
            case ParquetKind.Decimal when info.Scale == UnitPlaces && column.IntegerArray.Length == column.Count:
                return column.IntegerArray;
            case ParquetKind.Decimal or ParquetKind.Integer when column.IntegerArray.Length == column.Count:
                return Scaled(column, rounding);
            case ParquetKind.Decimal:
                return WideScaled(column, rounding);
            case ParquetKind.Double:
                return FromDoubles(column, rounding);
            case ParquetKind.Float:
                return FromFloats(column, rounding);
            default:
                throw new ParquetException($"column '{info.Name}' is {info.Kind}, not a number");
        }
    }

    public static long[] Micros(ParquetColumn column, UnitRounding rounding)
    {
        var info = column.Info;
        if (info.Kind is not (ParquetKind.Timestamp or ParquetKind.Date)) throw new ParquetException($"column '{info.Name}' is {info.Kind}, not a time");
        if (info.Unit == ParquetTimeUnit.Microseconds) return column.IntegerArray;
        var (times, by) = info.Kind == ParquetKind.Date ? (86_400_000_000L, 1L) : info.Unit == ParquetTimeUnit.Milliseconds ? (1000L, 1L) : (1L, 1000L);
        var micros = new long[column.Count];
        for (var row = 0; row < micros.Length; row++) micros[row] = Fit((Int128)column.IntegerArray[row] * times, by, rounding, column, row);
        return micros;
    }

    private static long[] Scaled(ParquetColumn column, UnitRounding rounding)
    {
        var (times, by) = Factors(column.Info.Scale);
        var units = new long[column.Count];
        var values = column.IntegerArray;
        for (var row = 0; row < units.Length; row++)
        {
            var value = column.Info.IsUnsigned ? (Int128)(ulong)values[row] : values[row];
            units[row] = Fit(value * times, by, rounding, column, row);
        }

        return units;
    }

    private static long[] WideScaled(ParquetColumn column, UnitRounding rounding)
    {
        var (times, by) = Factors(column.Info.Scale);
        var units = new long[column.Count];
        for (var row = 0; row < units.Length; row++)
        {
            var value = column.WideDecimals[row];
            // what has no room in 64 bits before it is scaled up has none after
            if (times > 1 && (value > long.MaxValue || value < long.MinValue)) throw Misfit(column, row);
            units[row] = Fit(value * times, by, rounding, column, row);
        }

        return units;
    }

    private static (Int128 Times, Int128 By) Factors(int scale) => scale <= UnitPlaces
        ? (PowerOfTen(UnitPlaces - scale), 1)
        : (1, PowerOfTen(scale - UnitPlaces));

    private static Int128 PowerOfTen(int power)
    {
        Int128 value = 1;
        for (; power > 0; power--) value *= 10;
        return value;
    }

    private static long Fit(Int128 value, Int128 by, UnitRounding rounding, ParquetColumn column, int row)
    {
        if (by != 1)
        {
            var (quotient, rest) = Int128.DivRem(value, by);
            if (rest != 0 && rounding == UnitRounding.Refuse) throw TooFine(column, row);
            var twice = Int128.Abs(rest) * 2;
            if (twice > by || (twice == by && (quotient & 1) != 0)) quotient += Int128.Sign(value);
            value = quotient;
        }

        return value >= long.MinValue && value <= long.MaxValue ? (long)value : throw Misfit(column, row);
    }

    private static long[] FromDoubles(ParquetColumn column, UnitRounding rounding)
    {
        var units = new long[column.Count];
        var values = column.Doubles;
        for (var row = 0; row < units.Length; row++)
        {
            var nearest = Math.Round(values[row] * UnitsPerWhole);
            units[row] = Math.Abs(nearest) < FifteenDigits && nearest / UnitsPerWhole == values[row]
                ? (long)nearest
                : FromText(values[row].ToString("R", CultureInfo.InvariantCulture), rounding, column, row);
        }

        return units;
    }

    private static long[] FromFloats(ParquetColumn column, UnitRounding rounding)
    {
        var units = new long[column.Count];
        var values = column.Floats;
        for (var row = 0; row < units.Length; row++) units[row] = FromText(values[row].ToString("R", CultureInfo.InvariantCulture), rounding, column, row);
        return units;
    }

    /// <summary>Reads text such as <c>-1.25E-05</c>; not through <see cref="decimal"/>, which rounds silently beyond 28 places.</summary>
    private static long FromText(string text, UnitRounding rounding, ParquetColumn column, int row)
    {
        var exponentAt = text.IndexOf('E', StringComparison.Ordinal);
        var mantissa = exponentAt < 0 ? text : text[..exponentAt];
        var exponent = exponentAt < 0 ? 0 : int.Parse(text.AsSpan(exponentAt + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var places = point < 0 ? 0 : mantissa.Length - point - 1;
        if (!long.TryParse(mantissa.Replace(".", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var digits)) throw Misfit(column, row);
        var shift = exponent - places + UnitPlaces;
        if (digits == 0) return 0;
        if (shift > 18) throw Misfit(column, row);
        if (shift >= 0) return Fit(digits * PowerOfTen(shift), 1, rounding, column, row);
        // 17 digits: dividing by more than 10^19 leaves less than half a unit
        return Fit(digits, PowerOfTen(Math.Min(-shift, 20)), rounding, column, row);
    }

    private static ParquetException Misfit(ParquetColumn column, int row) =>
        new($"column '{column.Info.Name}', row {row}: {Show(column, row)} does not fit");

    private static ParquetException TooFine(ParquetColumn column, int row) =>
        new($"column '{column.Info.Name}', row {row}: {Show(column, row)} has more decimal places than there is room for");

    private static string Show(ParquetColumn column, int row) => column.Info.Kind switch
    {
        ParquetKind.Double => column.Doubles[row].ToString("R", CultureInfo.InvariantCulture),
        ParquetKind.Float => column.Floats[row].ToString("R", CultureInfo.InvariantCulture),
        ParquetKind.Decimal when column.WideDecimals.Length > row => $"{column.WideDecimals[row]}E-{column.Info.Scale}",
        ParquetKind.Decimal => $"{column.IntegerArray[row]}E-{column.Info.Scale}",
        _ => column.Info.IsUnsigned ? $"{(ulong)column.IntegerArray[row]}" : $"{column.IntegerArray[row]}",
    };
}
