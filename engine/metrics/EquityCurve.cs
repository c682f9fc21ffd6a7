namespace Trading.Engine.Metrics;

/// <summary>A sample of equity.</summary>
/// <param name="Time">Microseconds UTC.</param>
/// <param name="Equity">In 10⁻¹⁶.</param>
public readonly record struct EquityPoint(long Time, Int128 Equity);

/// <summary>Thins an equity curve for a report without hiding its peaks and falls.</summary>
public static class EquityCurve
{
    /// <summary>Most points a report carries.</summary>
    public const int MostPoints = 1000;

    /// <summary>
    /// At most <see cref="MostPoints"/> points in order of time: the first and the last, and of each of equally long stretches between them the lowest and
    /// the highest.
    /// </summary>
    /// <param name="points">In order of time.</param>
    public static IReadOnlyList<EquityPoint> Thin(IReadOnlyList<EquityPoint> points)
    {
        ArgumentNullException.ThrowIfNull(points);
        if (points.Count <= MostPoints) return [.. points];
        const int stretches = (MostPoints - 2) / 2;
        var thinned = new List<EquityPoint>(MostPoints) { points[0] };
        var inner = points.Count - 2;
        for (var stretch = 0; stretch < stretches; stretch++)
        {
            var from = 1 + (int)((long)inner * stretch / stretches);
            var to = 1 + (int)((long)inner * (stretch + 1) / stretches);
            AddExtremes(points, from, to, thinned);
        }

        thinned.Add(points[^1]);
        return thinned;
    }

    private static void AddExtremes(IReadOnlyList<EquityPoint> points, int from, int to, List<EquityPoint> thinned)
    {
        var lowest = from;
        var highest = from;
        for (var index = from + 1; index < to; index++)
        {
            if (points[index].Equity < points[lowest].Equity) lowest = index;
            if (points[index].Equity > points[highest].Equity) highest = index;
        }

        thinned.Add(points[Math.Min(lowest, highest)]);
        if (lowest != highest) thinned.Add(points[Math.Max(lowest, highest)]);
    }
}
