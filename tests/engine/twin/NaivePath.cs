namespace Trading.Engine.Tests.Twin;

/// <summary>Geometry of a path of straight lines (docs/execution.md 6). <c>down</c> = +1 looks for low prices, −1 for high ones.</summary>
public static class NaivePath
{
    /// <summary>The point at an instant between the first and the last knot.</summary>
    public static Knot At(List<Knot> path, long time)
    {
        for (var index = 0; index < path.Count - 1; index++)
        {
            var (from, to) = (path[index], path[index + 1]);
            if (time < from.Time || time >= to.Time) continue;
            return new Knot(time, from.Price + (long)((Int128)(to.Price - from.Price) * (time - from.Time) / (to.Time - from.Time)), from.Next);
        }

        return path[^1];
    }

    /// <summary>The rest of a bar's path from a point on.</summary>
    public static List<Knot> From(List<Knot> bar, Knot point) => [point, .. bar.Skip(point.Next)];

    /// <summary>First point at which the price is at <paramref name="level"/> or beyond it; null = never. The start counts with its own price.</summary>
    public static Knot? FirstReach(List<Knot> path, long level, int down)
    {
        if (down * path[0].Price <= down * level) return path[0];
        for (var index = 0; index < path.Count - 1; index++)
        {
            if (down * path[index + 1].Price <= down * level) return Reach(path[index], path[index + 1], level);
        }

        return null;
    }

    /// <summary>First point at which the price is at <paramref name="level"/> on a segment that ends strictly beyond it; the path does not start beyond.</summary>
    public static Knot? FirstThrough(List<Knot> path, long level, int down)
    {
        for (var index = 0; index < path.Count - 1; index++)
        {
            if (down * path[index + 1].Price < down * level) return Reach(path[index], path[index + 1], level);
        }

        return null;
    }

    private static Knot Reach(Knot from, Knot to, long level) =>
        new(from.Time + (long)((Int128)(to.Time - from.Time) * (level - from.Price) / (to.Price - from.Price)), level, to.Next - 1);
}
