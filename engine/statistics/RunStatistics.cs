using Trading.Engine.Account;
using Trading.Engine.Arithmetic;
using Trading.Engine.Metrics;
using Trading.Engine.Orders;
using Trading.Engine.Snapshot;

namespace Trading.Engine.Statistics;

/// <summary>A fall of equity below an earlier peak.</summary>
/// <param name="Peak">Equity at the peak, 10⁻¹⁶.</param>
/// <param name="Trough">Lowest equity since, 10⁻¹⁶.</param>
/// <param name="PeakTime">Open time of the peak's tick; of the first tick when the peak is the initial cash.</param>
/// <param name="TroughTime">Open time of the trough's tick.</param>
/// <param name="Ticks">Ticks from the peak to the recovery, or to the last sample.</param>
/// <param name="Micros">Time from the peak to the recovery, or to the last sample.</param>
public readonly record struct Drawdown(Int128 Peak, Int128 Trough, long PeakTime, long TroughTime, int Ticks, long Micros)
{
    /// <summary>Depth as a share of the peak; 0 = none. Not a number for decisions: those compare exactly.</summary>
    public double Depth => Peak == 0 ? 0 : (double)(Peak - Trough) / (double)Peak;

    internal bool DeeperThan(in Drawdown other) =>
        other.Peak == 0 ? Trough < Peak : Exact.CompareProducts(Peak - Trough, other.Peak, other.Peak - other.Trough, Peak) > 0;
}

/// <summary>Counters and sums of a run that need no array.</summary>
public struct RunCounters
{
    /// <summary>Order numbers used by submits and taken replaces.</summary>
    public int Orders { get; internal set; }

    public int Rejects { get; internal set; }

    public int Fills { get; internal set; }

    /// <summary>Fills that left a part of their order open.</summary>
    public int PartialFills { get; internal set; }

    public int Cancels { get; internal set; }

    public int Expiries { get; internal set; }

    public int Replaces { get; internal set; }

    /// <summary>Closed lots.</summary>
    public int Trades { get; internal set; }

    /// <summary>Trades with a profit above 0 after costs.</summary>
    public int Wins { get; internal set; }

    /// <summary>Trades with a profit below 0 after costs.</summary>
    public int Losses { get; internal set; }

    /// <summary>Σ of winning profits, 10⁻¹⁶. The same unit for all money below.</summary>
    public Int128 WinningProfit { get; internal set; }

    /// <summary>Σ of losing profits; 0 or below.</summary>
    public Int128 LosingProfit { get; internal set; }

    /// <summary>Undefined without trades.</summary>
    public Int128 BestTrade { get; internal set; }

    /// <summary>Undefined without trades.</summary>
    public Int128 WorstTrade { get; internal set; }

    /// <summary>Σ of exit − entry over the trades, in microseconds.</summary>
    public Int128 HoldingMicros { get; internal set; }

    /// <summary>Σ |value| of all fills.</summary>
    public Int128 Turnover { get; internal set; }

    public Int128 Commission { get; internal set; }

    public Int128 Fees { get; internal set; }

    /// <summary>Σ direction·(fill − reference)·quantity.</summary>
    public Int128 SlippageCost { get; internal set; }

    /// <summary>Ticks at whose end a position was held.</summary>
    public int ExposureTicks { get; internal set; }

    /// <summary>Ticks completed.</summary>
    public int Ticks { get; internal set; }

    /// <summary>Σ equity over the samples.</summary>
    public Int128 EquitySum { get; internal set; }
}

/// <summary>What a run accumulates for its report, without keeping one number per tick.</summary>
public sealed class RunStatistics
{
    /// <summary>Most points of <see cref="Curve"/>.</summary>
    public const int MaximumCurvePoints = 1000;

    private readonly int[] _tradesByExit = new int[8];
    private readonly int _stride;
    private readonly int _tickCount;
    private readonly bool _perTick;
    private EquityPoint[] _dailyCloses = [];
    private EquityPoint[] _curve = [];
    private RunCounters _counters;
    private Drawdown _deepest;
    private ReturnMoments _moments;
    private Int128 _peak;
    private Int128 _trough;
    private long _peakTime;
    private long _troughTime;
    private int _peakTick;
    private int _longestTicks;
    private long _longestMicros;
    private long _lastTime;

    internal RunStatistics(Int128 initialEquity, int tickCount, long firstTime, bool perTick)
    {
        InitialEquity = initialEquity;
        LastEquity = initialEquity;
        DayStartEquity = initialEquity;
        _peak = initialEquity;
        _trough = initialEquity;
        _peakTime = firstTime;
        _troughTime = firstTime;
        _lastTime = firstTime;
        _tickCount = tickCount;
        _stride = Math.Max(1, (tickCount + MaximumCurvePoints - 2) / (MaximumCurvePoints - 1));
        NextCurveTick = Math.Min(_stride, tickCount);
        _perTick = perTick;
    }

    public Int128 InitialEquity { get; }

    /// <summary>Equity at the last completed tick; the initial equity before one.</summary>
    public Int128 LastEquity { get; private set; }

    /// <summary>Equity at the last completed end of day; the initial equity before one.</summary>
    public Int128 DayStartEquity { get; private set; }

    /// <summary>Highest equity of all samples and the start.</summary>
    public Int128 PeakEquity => _peak;

    public RunCounters Counters => _counters;

    /// <summary>Equity at each end-of-day tick.</summary>
    public ReadOnlySpan<EquityPoint> DailyCloses => _dailyCloses.AsSpan(0, DailyCloseCount);

    /// <summary>At most <see cref="MaximumCurvePoints"/> evenly spaced samples; the last one is the last tick.</summary>
    public ReadOnlySpan<EquityPoint> Curve => _curve.AsSpan(0, CurveCount);

    /// <summary>Per-tick returns; empty unless per-tick sampling is on. A tick after equity ≤ 0 breaks them.</summary>
    public ReturnMoments TickReturns => _moments;

    /// <summary>Closed lots per reason of the closing fill, indexed by <see cref="FillReason"/>.</summary>
    public ReadOnlySpan<int> TradesByExit => _tradesByExit;

    /// <summary>The deepest drawdown as a share of its peak; default when there was none.</summary>
    public Drawdown MaximumDrawdown
    {
        get
        {
            var running = Running();
            return running.DeeperThan(_deepest) ? running : _deepest;
        }
    }

    /// <summary>Longest time below a peak, in ticks.</summary>
    public int LongestDrawdownTicks => _trough < _peak ? Math.Max(_longestTicks, _counters.Ticks - _peakTick) : _longestTicks;

    /// <summary>Longest time below a peak, in microseconds.</summary>
    public long LongestDrawdownMicros => _trough < _peak ? Math.Max(_longestMicros, _lastTime - _peakTime) : _longestMicros;

    /// <summary>Returns between daily closes, the first one from the initial equity.</summary>
    public ReturnMoments DailyReturns
    {
        get
        {
            var moments = new ReturnMoments();
            var before = InitialEquity;
            foreach (ref readonly var close in DailyCloses)
            {
                moments.AddStep(before, close.Equity);
                before = close.Equity;
            }

            return moments;
        }
    }

    /// <summary>What <see cref="MetricsReport"/> is computed from; the annualisation says which returns.</summary>
    public MetricsInput ToMetricsInput(Annualisation annualisation)
    {
        var deepest = MaximumDrawdown;
        var count = _counters;
        return new MetricsInput
        {
            InitialCash = InitialEquity,
            FinalEquity = LastEquity,
            LastSampledEquity = _perTick ? LastEquity : DayStartEquity,
            Returns = _perTick ? _moments : DailyReturns,
            Annualisation = annualisation,
            MaxDrawdown = deepest.Depth,
            MaxDrawdownMicros = LongestDrawdownMicros,
            Ticks = count.Ticks,
            TicksExposed = count.ExposureTicks,
            EquitySum = count.EquitySum,
            TradedValue = count.Turnover,
            Commission = count.Commission,
            Fees = count.Fees,
            SlippageCost = count.SlippageCost,
            Orders = count.Orders,
            Fills = count.Fills,
            Rejects = count.Rejects,
            Partials = count.PartialFills,
            Expiries = count.Expiries,
            Cancels = count.Cancels,
            Trades = new TradeTotals
            {
                Count = count.Trades,
                Winning = count.Wins,
                Losing = count.Losses,
                Won = count.WinningProfit,
                Lost = count.LosingProfit,
                Best = count.BestTrade,
                Worst = count.WorstTrade,
                HoldingMicros = count.HoldingMicros,
            },
        };
    }

    internal int DailyCloseCount { get; private set; }

    internal int CurveCount { get; private set; }

    /// <summary>The next tick that belongs to the curve.</summary>
    internal int NextCurveTick { get; private set; }

    internal bool PerTick => _perTick;

    internal ref RunCounters Count => ref _counters;

    /// <summary>Makes room for that many daily closes.</summary>
    internal void Reserve(int days)
    {
        if (_dailyCloses.Length < days) Array.Resize(ref _dailyCloses, days);
        if (_curve.Length < Math.Min(_tickCount, MaximumCurvePoints)) Array.Resize(ref _curve, Math.Min(_tickCount, MaximumCurvePoints));
    }

    /// <summary>Takes the sample of a tick whose equity may have moved.</summary>
    internal void Sample(int tick, long time, Int128 equity)
    {
        _lastTime = time;
        if (equity > _peak) NewPeak(tick, time, equity);
        else if (equity < _trough) (_trough, _troughTime) = (equity, time);
        else if (equity == _peak && _trough < _peak) NewPeak(tick, time, equity);
        if (_perTick) AddReturn(equity);
        LastEquity = equity;
        _counters.EquitySum += equity;
    }

    /// <summary>Takes the sample of a tick without a position: equity is what it was.</summary>
    internal void SampleUnchanged(long time)
    {
        _lastTime = time;
        if (_perTick) AddReturn(LastEquity);
        _counters.EquitySum += LastEquity;
    }

    internal void CloseDay(long time)
    {
        if (DailyCloseCount == _dailyCloses.Length) Array.Resize(ref _dailyCloses, Math.Max(4, DailyCloseCount * 2));
        _dailyCloses[DailyCloseCount++] = new(time, LastEquity);
        DayStartEquity = LastEquity;
    }

    internal void AddCurvePoint(int tick, long time)
    {
        if (CurveCount == _curve.Length) Array.Resize(ref _curve, Math.Min(MaximumCurvePoints, Math.Max(8, CurveCount * 2)));
        _curve[CurveCount++] = new(time, LastEquity);
        NextCurveTick = tick >= _tickCount ? int.MaxValue : Math.Min(tick + _stride, _tickCount);
    }

    internal void AddTrade(in ClosedTrade trade)
    {
        ref var count = ref _counters;
        if (count.Trades == 0 || trade.Profit > count.BestTrade) count.BestTrade = trade.Profit;
        if (count.Trades == 0 || trade.Profit < count.WorstTrade) count.WorstTrade = trade.Profit;
        count.Trades++;
        count.HoldingMicros += trade.ExitTime - trade.EntryTime;
        _tradesByExit[(int)trade.ExitReason]++;
        if (trade.Profit > 0)
        {
            count.Wins++;
            count.WinningProfit += trade.Profit;
        }
        else if (trade.Profit < 0)
        {
            count.Losses++;
            count.LosingProfit += trade.Profit;
        }
    }

    internal void Save(SnapshotWriter writer)
    {
        writer.Write(new Scalars(LastEquity, DayStartEquity, _peak, _trough, _peakTime, _troughTime, _lastTime, _longestMicros, _peakTick, _longestTicks, NextCurveTick));
        writer.Write(_counters);
        writer.Write(_deepest);
        writer.Write(_moments);
        writer.WriteSpan<int>(_tradesByExit);
        writer.WriteSpan(DailyCloses);
        writer.WriteSpan(Curve);
    }

    internal void Load(ref SnapshotReader reader)
    {
        (LastEquity, DayStartEquity, _peak, _trough, _peakTime, _troughTime, _lastTime, _longestMicros, _peakTick, _longestTicks, NextCurveTick) = reader.Read<Scalars>();
        _counters = reader.Read<RunCounters>();
        _deepest = reader.Read<Drawdown>();
        _moments = reader.Read<ReturnMoments>();
        var trades = reader.ReadArray<int>();
        if (trades.Length != _tradesByExit.Length) throw new SnapshotException("the snapshot is damaged: it counts other fill reasons");
        trades.CopyTo(_tradesByExit, 0);
        _dailyCloses = reader.ReadArray<EquityPoint>();
        DailyCloseCount = _dailyCloses.Length;
        _curve = reader.ReadArray<EquityPoint>();
        CurveCount = _curve.Length;
    }

    private readonly record struct Scalars(Int128 LastEquity, Int128 DayStartEquity, Int128 Peak, Int128 Trough, long PeakTime, long TroughTime, long LastTime, long LongestMicros,
        int PeakTick, int LongestTicks, int NextCurveTick);

    private void NewPeak(int tick, long time, Int128 equity)
    {
        if (_trough < _peak)
        {
            var ended = new Drawdown(_peak, _trough, _peakTime, _troughTime, tick - _peakTick, time - _peakTime);
            if (ended.DeeperThan(_deepest)) _deepest = ended;
            _longestTicks = Math.Max(_longestTicks, ended.Ticks);
            _longestMicros = Math.Max(_longestMicros, ended.Micros);
        }

        (_peak, _trough, _peakTime, _troughTime, _peakTick) = (equity, equity, time, time, tick);
    }

    private Drawdown Running() => _trough < _peak
        ? new(_peak, _trough, _peakTime, _troughTime, _counters.Ticks - _peakTick, _lastTime - _peakTime)
        : default;

    private void AddReturn(Int128 equity)
    {
        _moments.AddStep(LastEquity, equity);
    }
}
