using System.Buffers;

namespace Trading.MarketData.Resampling;

/// <summary>Rows [From, To) of the minutes that enter one candle. A candle may have more than one run, when rows that belong to no session lie between.</summary>
internal readonly record struct CandleRun(int From, int To, int Candle);

/// <summary>The runs found and the stamps of their candles, in pooled memory.</summary>
internal sealed class CandleRuns(int expected) : IDisposable
{
    private CandleRun[] _runs = ArrayPool<CandleRun>.Shared.Rent(expected);
    private long[] _stamps = ArrayPool<long>.Shared.Rent(expected);
    private int _runCount;

    public int CandleCount { get; private set; }

    public ReadOnlySpan<CandleRun> Runs => _runs.AsSpan(0, _runCount);

    public ReadOnlySpan<long> Stamps => _stamps.AsSpan(0, CandleCount);

    public void Add(int from, int to, long stamp)
    {
        if (_runCount == _runs.Length) Grow(ref _runs);
        if (CandleCount == 0 || _stamps[CandleCount - 1] != stamp)
        {
            if (CandleCount == _stamps.Length) Grow(ref _stamps);
            _stamps[CandleCount++] = stamp;
        }

        _runs[_runCount++] = new(from, to, CandleCount - 1);
    }

    public void Dispose()
    {
        ArrayPool<CandleRun>.Shared.Return(_runs);
        ArrayPool<long>.Shared.Return(_stamps);
        _runs = [];
        _stamps = [];
    }

    private static void Grow<T>(ref T[] array)
    {
        var larger = ArrayPool<T>.Shared.Rent(array.Length * 2);
        array.CopyTo(larger, 0);
        ArrayPool<T>.Shared.Return(array);
        array = larger;
    }
}
