using Trading.GrainInterfaces.Portfolios;

namespace Trading.Grains.Portfolios;

/// <summary>
/// An equity curve of any length in at most <see cref="MaxPoints"/> points: every n-th point since the start, where n doubles whenever the room is
/// used up, and always the last one. So the points stay evenly spread and the first one is never lost.
/// </summary>
internal sealed class EquityCurve
{
    public const int MaxPoints = 1000;

    // grows as needed: most sessions are idle, and the whole room takes 32 KiB
    private readonly List<EquityPoint> _kept = [];
    private EquityPoint _last;
    private long _seen;
    private long _stride = 1;

    /// <summary>Adds a point; one that is not later than the last is ignored.</summary>
    public void Add(EquityPoint point)
    {
        if (_seen > 0 && point.SimTime <= _last.SimTime) return;
        if (_seen % _stride == 0)
        {
            // one place is for the last point
            if (_kept.Count == MaxPoints - 1) Thin();
            if (_seen % _stride == 0) _kept.Add(point);
        }

        _last = point;
        _seen++;
    }

    public IReadOnlyList<EquityPoint> ToList() =>
        _seen == 0 || _kept[^1] == _last ? [.. _kept] : [.. _kept, _last];

    private void Thin()
    {
        var write = 0;
        for (var read = 0; read < _kept.Count; read += 2) _kept[write++] = _kept[read];
        _kept.RemoveRange(write, _kept.Count - write);
        _stride *= 2;
    }
}
