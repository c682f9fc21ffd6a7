using System.Numerics;
using Trading.Engine;
using Trading.Engine.Account;
using Trading.Engine.Bars;
using Trading.Engine.Clock;
using Trading.Engine.Configuration;
using Trading.Engine.Events;
using Trading.Engine.Orders;
using Trading.GrainInterfaces.Sessions;

namespace Trading.Grains.Sessions;

/// <summary>The engine behind a session.</summary>
public sealed class SimulationRun : ISimulationRun, IFillObserver
{
    private const byte EndOfDayBit = 0x80;
    private const int BitsPerWord = 64;

    private readonly Simulation _simulation;
    private readonly string[] _symbols;
    private readonly List<AccountState> _accounts = [];
    private readonly PositionView[] _positions;
    private ClockCursor? _ahead;
    private ClockCursor? _times;
    private ClockCursor? _days;
    private int _firstAccount;

    public SimulationRun(Simulation simulation)
    {
        _simulation = simulation;
        _positions = new PositionView[simulation.Series.Count];
        _symbols = [.. simulation.Series.Select(one => one.Instrument.Symbol)];
    }

    public int TickCount => _simulation.TickCount;

    public int CompletedTicks => _simulation.CompletedTicks;

    public int TradingWords => (_symbols.Length + BitsPerWord - 1) / BitsPerWord;

    public ReadOnlySpan<SimulationEvent> Events => _simulation.Events;

    public void Submit(ReadOnlySpan<OrderIntent> orders, bool atomic, Span<SubmitOutcome> outcomes) => _simulation.Submit(orders, atomic, outcomes);

    public Reason Cancel(int orderNumber) => _simulation.Cancel(orderNumber);

    public SubmitOutcome Replace(in ReplaceIntent replace) => _simulation.Replace(replace);

    public void CompleteTick(bool keepAccounts)
    {
        if (_accounts.Count > 0) _accounts.Clear();
        _simulation.FillObserver = keepAccounts ? this : null;
        _simulation.CompleteTick();
    }

    public void Finish() => _simulation.Finish();

    public void ClearEvents() => _simulation.ClearEvents();

    public OrderState StateOf(int orderNumber) => _simulation.StateOf(orderNumber);

    public Reason ReasonOf(int orderNumber) => _simulation.ReasonOf(orderNumber);

    public void Filled(in SimulationEvent fill)
    {
        if (_accounts.Count == 0) _firstAccount = fill.FillNumber;
        _accounts.Add(Account());
    }

    public AccountState AccountAfterFill(int fillNumber) => _accounts[fillNumber - _firstAccount];

    public long ReadTick(int tick, out byte session, Span<ulong> trading)
    {
        var cursor = _ahead ??= _simulation.CreateCursor();
        if (cursor.Sequence == tick - 1) cursor.MoveNext();
        else cursor.Seek(tick);
        var now = cursor.Current;
        session = (byte)((byte)now.Session | (now.EndOfDay ? EndOfDayBit : 0));
        trading.Clear();
        for (var symbol = 0; symbol < _symbols.Length; symbol++)
        {
            if (cursor.IsTrading(symbol)) trading[symbol / BitsPerWord] |= 1UL << (symbol % BitsPerWord);
        }

        return now.Time;
    }

    public long TimeOf(int tick)
    {
        if (tick > TickCount) return TickCount == 0 ? _simulation.Config.End : At(ref _times, TickCount).Time + _simulation.Series[0].BarMicros;
        return At(ref _times, tick).Time;
    }

    public bool EndsDay(int tick) => At(ref _days, tick).EndOfDay;

    public AccountState Account()
    {
        var views = _positions.AsSpan(0, _simulation.PositionCount);
        var account = _simulation.ReadAccount(views);
        var positions = views.Length == 0 ? [] : new PositionState[views.Length];
        for (var at = 0; at < views.Length; at++)
        {
            ref readonly var one = ref views[at];
            positions[at] = new PositionState(_symbols[one.Symbol], one.Quantity, one.MarketValue - one.Unrealised, one.Mark);
        }

        return new AccountState(account.Cash, account.Equity, account.BuyingPower, account.DayPnl, positions, account.OpenOrders, Realised());
    }

    private Int128 Realised()
    {
        Int128 sum = 0;
        for (var symbol = 0; symbol < _symbols.Length; symbol++) sum += _simulation.ReadPosition(symbol).Realised;
        return sum;
    }

    public RunResults Results()
    {
        var metrics = SessionReport.Metrics(_simulation);
        var drawdown = _simulation.Statistics.MaximumDrawdown;
        return new RunResults(
            metrics.InitialCash,
            metrics.FinalEquity,
            metrics.Trades,
            metrics.WinningTrades,
            metrics.TotalCommission,
            Fraction(drawdown.Peak - drawdown.Trough, drawdown.Peak),
            metrics.Standard.Sharpe,
            metrics.Standard.Sortino,
            metrics.Standard.Calmar,
            _simulation.ResultHash);
    }

    public string Report(string sessionId, int refused) => SessionReport.Write(sessionId, _simulation, refused);

    public byte[] Save() => _simulation.SaveSnapshot();

    private Tick At(ref ClockCursor? cursor, int tick)
    {
        cursor ??= _simulation.CreateCursor();
        cursor.Seek(tick);
        return cursor.Current;
    }

    /// <summary>The quotient to twelve places.</summary>
    private static decimal Fraction(Int128 part, Int128 whole) =>
        whole <= 0 ? 0 : (decimal)((BigInteger)part * SimulationConfig.RateUnit / (BigInteger)whole) / SimulationConfig.RateUnit;
}

/// <summary>Builds <see cref="SimulationRun"/>s.</summary>
public sealed class SimulationRunFactory : ISimulationRunFactory
{
    public ISimulationRun Create(SimulationConfig config, IReadOnlyList<BarSeries> series, ReadOnlyMemory<byte>? snapshot) =>
        new SimulationRun(snapshot is { } saved ? Simulation.Restore(config, series, saved.Span) : new Simulation(config, series));
}
