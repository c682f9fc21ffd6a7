using Trading.Engine.Arithmetic;
using Trading.Engine.Bars;

namespace Trading.Engine.Path;

/// <summary>A point on the path of a bar. <see cref="Segment"/> is the straight line it lies on, 0 to 2; 3 at the close, where no path is left.</summary>
internal readonly record struct PathPoint(long Time, long Price, int Segment);

/// <summary>The four prices of a bar at 0, 1/3, 2/3 and 1 of its length, joined by straight lines (EXEC-011).</summary>
internal readonly struct BarPathKnots
{
    private readonly long _time0;
    private readonly long _time1;
    private readonly long _time2;
    private readonly long _time3;
    private readonly long _open;
    private readonly long _first;
    private readonly long _second;
    private readonly long _close;

    public BarPathKnots(BarSeries series, int bar, bool highFirst)
    {
        var length = series.BarMicros;
        _time0 = series.OpenTime[bar];
        _time1 = _time0 + length / 3;
        _time2 = _time0 + 2 * length / 3;
        _time3 = _time0 + length;
        _open = series.Open[bar];
        _first = highFirst ? series.High[bar] : series.Low[bar];
        _second = highFirst ? series.Low[bar] : series.High[bar];
        _close = series.Close[bar];
    }

    public PathPoint Open => new(_time0, _open, 0);

    public PathPoint Close => new(_time3, _close, 3);

    /// <summary>The path at an instant inside the bar (EXEC-006).</summary>
    public PathPoint At(long time)
    {
        if (time <= _time0) return Open;
        if (time >= _time3) return Close;
        var segment = time < _time1 ? 0 : time < _time2 ? 1 : 2;
        var (fromTime, fromPrice) = Knot(segment);
        var (toTime, toPrice) = Knot(segment + 1);
        return new(time, fromPrice + Exact.TimesOver(toPrice - fromPrice, time - fromTime, toTime - fromTime), segment);
    }

    /// <summary>
    /// First instant from <paramref name="from"/> on at which the price is at or beyond <paramref name="target"/>: above it for direction +1, below for −1.
    /// A point that is there already counts with its own price.
    /// </summary>
    public bool Reaches(PathPoint from, long target, int direction, out PathPoint point)
    {
        point = from;
        if (direction * (from.Price - target) >= 0) return true;
        var (time, price) = (from.Time, from.Price);
        for (var segment = from.Segment; segment < 3; segment++)
        {
            var (toTime, toPrice) = Knot(segment + 1);
            if (direction * (toPrice - target) >= 0)
            {
                point = new(Instant(time, price, toTime, toPrice, target), target, segment);
                return true;
            }

            (time, price) = (toTime, toPrice);
        }

        return false;
    }

    /// <summary>
    /// The point at which a resting limit order fills: the path goes through the limit, or touches it (docs/execution.md section 7).
    /// A path that starts beyond the limit must come back to it first.
    /// </summary>
    /// <param name="from">Where the order starts to look.</param>
    /// <param name="limit">The limit price.</param>
    /// <param name="favour">−1 for a buy order, +1 for a sell order: where prices are better than the limit.</param>
    /// <param name="beyond">How far the path must go beyond the limit, in 10⁻⁸; 0 = strictly beyond.</param>
    /// <param name="touch">Reaching the limit is enough.</param>
    /// <param name="point">The instant, with the limit as its price.</param>
    public bool GoesThrough(PathPoint from, long limit, int favour, long beyond, bool touch, out PathPoint point)
    {
        var (time, price) = (from.Time, from.Price);
        var segment = from.Segment;
        point = from;
        if (favour * (price - limit) > 0)
        {
            if (!Reaches(from, limit, -favour, out var back)) return false;
            (time, price, segment) = (back.Time, back.Price, back.Segment);
        }

        if (touch && price == limit)
        {
            point = new(time, limit, segment);
            return true;
        }

        for (; segment < 3; segment++)
        {
            var (toTime, toPrice) = Knot(segment + 1);
            var reached = favour * (toPrice - limit);
            if (touch ? reached >= 0 : beyond == 0 ? reached > 0 : reached >= beyond)
            {
                var target = limit + favour * beyond;
                point = new(price == target ? time : Instant(time, price, toTime, toPrice, target), limit, segment);
                return true;
            }

            (time, price) = (toTime, toPrice);
        }

        return false;
    }

    /// <summary>
    /// Follows a trailing stop from <paramref name="from"/>: the extreme moves with the path, and the stop behind it may be reached.
    /// </summary>
    /// <param name="from">Where the order starts to look.</param>
    /// <param name="until">The path counts up to this instant.</param>
    /// <param name="direction">+1 for a buy order (extreme = lowest price), −1 for a sell order (extreme = highest).</param>
    /// <param name="trail">Gives the stop for an extreme.</param>
    /// <param name="extreme">The extreme at <paramref name="from"/>; afterwards the one at the end.</param>
    /// <param name="point">Where the stop is reached, with the stop as price.</param>
    public bool Trails(PathPoint from, long until, int direction, Trail trail, ref long extreme, out PathPoint point)
    {
        var (time, price) = (from.Time, from.Price);
        point = from;
        for (var segment = from.Segment; segment < 3 && time < until; segment++)
        {
            var (toTime, toPrice) = Knot(segment + 1);
            if (toTime > until) (toTime, toPrice) = (until, At(until).Price);
            var stop = trail.StopFor(extreme, direction);
            if (direction * (toPrice - stop) >= 0)
            {
                point = new(Instant(time, price, toTime, toPrice, stop), stop, segment);
                return true;
            }

            if (direction * (extreme - toPrice) > 0) extreme = toPrice;
            (time, price) = (toTime, toPrice);
        }

        return false;
    }

    private (long Time, long Price) Knot(int index) => index switch
    {
        0 => (_time0, _open),
        1 => (_time1, _first),
        2 => (_time2, _second),
        _ => (_time3, _close),
    };

    private static long Instant(long fromTime, long fromPrice, long toTime, long toPrice, long price) =>
        toPrice == fromPrice ? fromTime : fromTime + Exact.TimesOver(toTime - fromTime, price - fromPrice, toPrice - fromPrice);
}

/// <summary>Distance of a trailing stop from its extreme: an amount, or a rate of the extreme.</summary>
internal readonly record struct Trail(long Amount, long Rate)
{
    /// <summary>The stop behind <paramref name="extreme"/>; direction +1 for a buy order.</summary>
    public long StopFor(long extreme, int direction) => extreme + direction * DistanceAt(extreme);

    /// <summary>The distance at a price; at least one unit.</summary>
    public long DistanceAt(long price) => Math.Max(1, Amount > 0 ? Amount : Exact.TimesOver(price, Rate, Configuration.SimulationConfig.RateUnit));
}
