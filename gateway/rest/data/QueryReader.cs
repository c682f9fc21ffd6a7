using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Trading.Gateway.Rest.Data;

/// <summary>The parameters of a query, read strictly: each at most once, none that the route does not know, so that a slip of the pen never asks for other data than was meant.</summary>
internal readonly struct QueryReader
{
    private readonly IQueryCollection _query;

    /// <exception cref="RefusedException">A parameter is unknown or stands there twice.</exception>
    internal QueryReader(HttpContext http, params ReadOnlySpan<string> known)
    {
        _query = http.Request.Query;
        foreach (var (name, values) in _query)
        {
            if (!known.Contains(name)) throw RefusedException.Field422(name, null, $"is no parameter here; there are {string.Join(", ", known)}", "UNKNOWN_FIELD");
            if (values.Count > 1) throw RefusedException.Field422(name, values.ToString(), "must be given once");
        }
    }

    /// <summary>The text of a parameter; null when it is absent.</summary>
    internal string? Text(string name) => _query.TryGetValue(name, out var values) ? values.ToString() : null;

    /// <summary>A whole number within bounds; null when it is absent.</summary>
    internal int? Number(string name, int least, int most)
    {
        if (Text(name) is not { } text) return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
        throw RefusedException.Field422(name, text, string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {least} to {most}"));
    }

    /// <summary>A date in days since 1970-01-01; null when it is absent.</summary>
    internal int? Date(string name) => Text(name) is { } text ? DataDates.Read(name, text) : null;

    /// <summary>One of several words; the first one when it is absent.</summary>
    internal string Choice(string name, params ReadOnlySpan<string> words)
    {
        if (Text(name) is not { } text) return words[0];
        return words.Contains(text) ? text : throw RefusedException.Field422(name, text, $"must be one of {string.Join(", ", words)}");
    }

    /// <summary>A timeframe (OHLCV-026, OHLCV-027); <c>1min</c> when it is absent.</summary>
    internal string Timeframe()
    {
        var text = Text("timeframe") ?? DataNames.Timeframes[0];
        return DataNames.Timeframes.Contains(text)
            ? text
            : throw RefusedException.Field422("timeframe", text, $"must be one of {string.Join(", ", DataNames.Timeframes)}", "INVALID_TIMEFRAME");
    }
}
