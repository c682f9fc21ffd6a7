using System.Globalization;

namespace Trading.Gateway.Rest.Data;

/// <summary>Dates as the wire writes them, <c>YYYY-MM-DD</c>, and as grains take them, days since 1970-01-01.</summary>
internal static class DataDates
{
    internal const string Form = "YYYY-MM-DD";

    private static readonly int Epoch = new DateOnly(1970, 1, 1).DayNumber;

    internal static bool TryParse(string? text, out int day)
    {
        var isDate = DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date);
        day = date.DayNumber - Epoch;
        return isDate;
    }

    internal static string Format(int day) => DateOnly.FromDayNumber(day + Epoch).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <exception cref="RefusedException">The text is no date of the calendar.</exception>
    internal static int Read(string field, string? text) =>
        TryParse(text, out var day) ? day : throw RefusedException.Field422(field, text, $"must be a date of the calendar as {Form}", "INVALID_DATE");

    /// <exception cref="RefusedException">The end comes before the start.</exception>
    internal static void CheckOrder(int? start, int? end)
    {
        if (start is { } first && end is { } last && last < first)
        {
            throw RefusedException.Field422("end_date", Format(last), $"must not lie before start_date {Format(first)}", "INVALID_DATE_RANGE");
        }
    }
}
