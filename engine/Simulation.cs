using Trading.Engine.Account;
using Trading.Engine.Bars;
using Trading.Engine.Clock;
using Trading.Engine.Configuration;
using Trading.Engine.Costs;
using Trading.Engine.Events;
using Trading.Engine.Orders;
using Trading.Engine.Statistics;

namespace Trading.Engine;

/// <summary>The simulation engine: a synchronous state machine over shared bar columns. Its parts stand in the folders named after the path of an order.</summary>
/// <remarks>Not thread-safe: a single writer owns it.</remarks>
public sealed partial class Simulation : ISimulation
{
    private readonly SimulationConfig _config;
    private readonly RegulatoryFees _fees;
    private readonly CommissionSchedule _commission;
    private readonly SessionClock _clock;
    private readonly ClockCursor _now;
    private readonly BarSeries[] _series;
    private readonly Ledger _ledger;
    private readonly RunStatistics _statistics;
    private readonly EventLog _log = new();
    private readonly OpenOrders _open = new();
    private readonly long _barMicros;
    private OrderIntent[] _intents = [];
    private OrderRecord[] _orders = [];
    private int _orderCount;
    private int _completed;
    private int _eventTick = 1;

    /// <param name="config">Every setting; see <see cref="SimulationConfigValidator"/>.</param>
    /// <param name="series">Bars per symbol; the position in the list is the symbol's index.</param>
    /// <param name="fees">Regulatory fee tables; null = <see cref="RegulatoryFees.Default"/>.</param>
    /// <exception cref="ArgumentException">A setting is wrong; the message names it, its value and the rule.</exception>
    public Simulation(SimulationConfig config, IReadOnlyList<BarSeries> series, RegulatoryFees? fees = null)
    {
        SimulationConfigValidator.Check(config, series);
        _config = config;
        _fees = fees ?? RegulatoryFees.Default;
        _commission = new CommissionSchedule(config);
        _clock = new SessionClock(config, series);
        _series = _clock.Series;
        _barMicros = _series[0].BarMicros;
        _now = new ClockCursor(_clock);
        _now.MoveNext();
        _statistics = new RunStatistics(config.InitialCash, _clock.TickCount, _clock.TickCount > 0 ? _now.Time : config.Start, config.RatioSampling == RatioSampling.PerTick);
        _ledger = new Ledger(config.InitialCash, _series.Length, _statistics);
        _bars = new int[_series.Length];
        for (var symbol = 0; symbol < _series.Length; symbol++)
        {
            if (_clock.Bars[symbol] > 0) _ledger.Marks[symbol] = _series[symbol].Open[_clock.First[symbol]];
        }
    }

    public SimulationConfig Config => _config;

    /// <summary>The bars, by symbol index.</summary>
    public IReadOnlyList<BarSeries> Series => _series;

    /// <summary>The fee tables in use.</summary>
    public RegulatoryFees Fees => _fees;

    public int TickCount => _clock.TickCount;

    public int CompletedTicks => _completed;

    public bool Finished { get; private set; }

    /// <summary>The tick that commands belong to now.</summary>
    /// <exception cref="InvalidOperationException">Every tick is complete.</exception>
    public Tick CurrentTick => _now.Current;

    /// <summary>Number of allowed bars of a symbol in the range.</summary>
    public int BarsInRange(int symbol) => _clock.Bars[symbol];

    /// <summary>First and last allowed bar of a symbol in the range as indexes into its columns; null when there is none.</summary>
    public (int First, int Last)? RangeOf(int symbol) => _clock.Bars[symbol] == 0 ? null : (_clock.First[symbol], _clock.End[symbol] - 1);

    /// <summary>Told about each fill while it happens; not part of a snapshot. Null = nobody.</summary>
    public IFillObserver? FillObserver { get; set; }

    public ReadOnlySpan<SimulationEvent> Events => _log.Events;

    public Int128 Cash => _ledger.Cash;

    public Int128 Equity => _ledger.Equity;

    /// <summary>What the run accumulates for its report.</summary>
    public RunStatistics Statistics => _statistics;

    /// <summary>Closed lots in the order in which they were closed.</summary>
    public ReadOnlySpan<ClosedTrade> Trades => _ledger.Trades;

    /// <summary>Order numbers used so far.</summary>
    public int OrderCount => _orderCount;

    /// <summary>Open orders, held ones included.</summary>
    public int OpenOrderCount => _open.Count;

    /// <summary>Numbers of the open orders, ascending.</summary>
    public ReadOnlySpan<int> OpenOrderNumbers => _open.Numbers;

    public string ResultHash => _log.ResultHash;

    public void ClearEvents() => _log.Clear();

    public long Position(int symbol) => _ledger.Positions[symbol];

    public long Mark(int symbol) => _ledger.Marks[symbol];

    public OrderState StateOf(int orderNumber) => Order(orderNumber).Life.State;

    public Reason ReasonOf(int orderNumber) => Order(orderNumber).Reason;

    /// <summary>A reader of the ticks that is independent of their execution.</summary>
    public ClockCursor CreateCursor() => new(_clock);

    /// <summary>Makes room beforehand, so that a run of known size allocates nothing on its way.</summary>
    /// <param name="orders">Orders of the whole run.</param>
    /// <param name="eventsBetweenClears">Most events between two calls of <see cref="ClearEvents"/>.</param>
    /// <param name="days">End-of-day ticks of the whole run.</param>
    public void Reserve(int orders, int eventsBetweenClears, int days)
    {
        if (_orders.Length < orders)
        {
            Array.Resize(ref _orders, orders);
            Array.Resize(ref _intents, orders);
        }

        _log.Reserve(eventsBetweenClears);
        _ledger.Reserve(orders);
        _statistics.Reserve(days);
    }

    private ref OrderRecord Order(int number)
    {
        if (number < 1 || number > _orderCount) throw new ArgumentOutOfRangeException(nameof(number), number, "no such order");
        return ref _orders[number - 1];
    }

    private int NewOrder(in OrderIntent intent)
    {
        if (_orderCount == _orders.Length)
        {
            var size = Math.Max(4, _orderCount * 2);
            Array.Resize(ref _orders, size);
            Array.Resize(ref _intents, size);
        }

        _intents[_orderCount] = intent;
        _orders[_orderCount] = default;
        _statistics.Count.Orders++;
        return ++_orderCount;
    }
}
