using System.Globalization;
using Trading.Engine.Bars;
using Trading.Engine.Configuration;

namespace Trading.Engine.Metrics;

/// <summary>How periodic returns become yearly figures (EXEC-061); part of the report, so that nobody has to guess.</summary>
/// <param name="Sampling">Which returns are used.</param>
/// <param name="DaysPerYear">252, or 365 when the data of any symbol trades on weekends.</param>
/// <param name="PeriodsPerDay">Returns per trading day: 1, or the ticks of a day.</param>
public sealed record Annualisation(RatioSampling Sampling, int DaysPerYear, double PeriodsPerDay)
{
    private const long MinuteMicros = 60_000_000;
    private const int RegularMinutes = 390;
    private const int ExtendedMinutes = 960;
    private const int DayMinutes = 1440;

    /// <summary>N of the formulas.</summary>
    public double PeriodsPerYear => DaysPerYear * PeriodsPerDay;

    /// <summary>In words, e.g. <c>daily returns, 252 per year</c>.</summary>
    public string Statement => string.Create(CultureInfo.InvariantCulture,
        $"{(Sampling == RatioSampling.Daily ? "daily" : "per-tick")} returns, {PeriodsPerYear} per year");

    /// <summary>The annualisation of a run.</summary>
    /// <param name="sampling">Which returns are used.</param>
    /// <param name="extendedHours">The clock includes pre-market and after-hours.</param>
    /// <param name="series">All symbols of the run, at least one; all of one bar length.</param>
    /// <remarks>A trading day counts 390 minutes for US equities (960 with extended hours) and 1440 as soon as anything else is traded.</remarks>
    public static Annualisation Of(RatioSampling sampling, bool extendedHours, IReadOnlyList<BarSeries> series)
    {
        ArgumentNullException.ThrowIfNull(series);
        var weekends = false;
        var equitiesOnly = true;
        foreach (var one in series)
        {
            weekends |= one.Instrument.AssetClass == AssetClass.Crypto;
            equitiesOnly &= one.Instrument.AssetClass == AssetClass.Equity;
        }

        var days = weekends ? 365 : 252;
        if (sampling == RatioSampling.Daily) return new Annualisation(sampling, days, 1);
        var minutes = !equitiesOnly ? DayMinutes : extendedHours ? ExtendedMinutes : RegularMinutes;
        return new Annualisation(sampling, days, Math.Max(1, (double)(minutes * MinuteMicros) / series[0].BarMicros));
    }
}
