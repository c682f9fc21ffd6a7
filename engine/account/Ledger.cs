using Trading.Engine.Arithmetic;
using Trading.Engine.Orders;
using Trading.Engine.Snapshot;
using Trading.Engine.Statistics;

namespace Trading.Engine.Account;

/// <summary>What the portfolio booked: cash, positions, lots and closed trades. The third of the three records (EXEC-055).</summary>
internal sealed class Ledger
{
    private readonly RunStatistics _statistics;
    private readonly Lot[]?[] _lots;
    private readonly int[] _firstLot;
    private readonly int[] _lotCount;
    private ClosedTrade[] _trades = [];

    public Ledger(Int128 cash, int symbols, RunStatistics statistics)
    {
        _statistics = statistics;
        Cash = cash;
        Positions = new long[symbols];
        Marks = new long[symbols];
        LotValue = new Int128[symbols];
        Realised = new Int128[symbols];
        _lots = new Lot[symbols][];
        _firstLot = new int[symbols];
        _lotCount = new int[symbols];
    }

    public Int128 Cash { get; private set; }

    /// <summary>Number of symbols with a position.</summary>
    public int Held { get; private set; }

    /// <summary>Signed positions in 10⁻⁸.</summary>
    public long[] Positions { get; }

    /// <summary>Marks in 10⁻⁸.</summary>
    public long[] Marks { get; }

    /// <summary>Σ signed quantity × entry price of the open lots.</summary>
    public Int128[] LotValue { get; }

    /// <summary>Booked profit per symbol, after the costs of the closed pieces.</summary>
    public Int128[] Realised { get; }

    public int TradeCount { get; private set; }

    public ReadOnlySpan<ClosedTrade> Trades => _trades.AsSpan(0, TradeCount);

    public Int128 Equity
    {
        get
        {
            var equity = Cash;
            if (Held == 0) return equity;
            for (var symbol = 0; symbol < Positions.Length; symbol++) equity += Exact.Times(Positions[symbol], Marks[symbol]);
            return equity;
        }
    }

    /// <summary>Σ |position × mark|.</summary>
    public Int128 GrossExposure
    {
        get
        {
            Int128 gross = 0;
            if (Held == 0) return gross;
            for (var symbol = 0; symbol < Positions.Length; symbol++) gross += Int128.Abs(Exact.Times(Positions[symbol], Marks[symbol]));
            return gross;
        }
    }

    public ReadOnlySpan<Lot> Lots(int symbol) => _lots[symbol].AsSpan(_firstLot[symbol], _lotCount[symbol]);

    /// <summary>Makes room for that many closed trades.</summary>
    public void Reserve(int trades)
    {
        if (_trades.Length < trades) Array.Resize(ref _trades, trades);
    }

    /// <summary>Books one fill: cash, then the oldest lots it closes, then what it opens (a flip closes first).</summary>
    public void Book(int symbol, int direction, long quantity, long price, Int128 costs, long time, int orderNumber, FillReason reason)
    {
        Cash -= direction * Exact.Times(price, quantity) + costs;
        var before = Positions[symbol];
        Positions[symbol] = before + direction * quantity;
        if (before == 0) Held++;
        var left = quantity;
        if (before != 0 && Math.Sign(before) != direction) Close(symbol, direction, ref left, price, ref costs, time, orderNumber, reason);
        if (left > 0) Open(symbol, new Lot(direction * left, price, costs, time));
        if (Positions[symbol] == 0) Held--;
    }

    public void Save(SnapshotWriter writer)
    {
        writer.Write(Cash);
        writer.Write(Held);
        writer.WriteSpan<long>(Positions);
        writer.WriteSpan<long>(Marks);
        writer.WriteSpan<Int128>(LotValue);
        writer.WriteSpan<Int128>(Realised);
        for (var symbol = 0; symbol < Positions.Length; symbol++) writer.WriteSpan(Lots(symbol));
        writer.WriteSpan(Trades);
    }

    /// <exception cref="SnapshotException">The snapshot is damaged.</exception>
    public void Load(ref SnapshotReader reader)
    {
        Cash = reader.Read<Int128>();
        Held = reader.Read<int>();
        LoadColumn(ref reader, Positions);
        LoadColumn(ref reader, Marks);
        LoadColumn(ref reader, LotValue);
        LoadColumn(ref reader, Realised);
        for (var symbol = 0; symbol < Positions.Length; symbol++)
        {
            var lots = reader.ReadArray<Lot>();
            _lots[symbol] = lots.Length == 0 ? null : lots;
            _firstLot[symbol] = 0;
            _lotCount[symbol] = lots.Length;
        }

        _trades = reader.ReadArray<ClosedTrade>();
        TradeCount = _trades.Length;
    }

    private static void LoadColumn<T>(ref SnapshotReader reader, T[] column)
        where T : unmanaged
    {
        var values = reader.ReadArray<T>();
        if (values.Length != column.Length) throw new SnapshotException("the snapshot is damaged: it has another number of symbols");
        values.CopyTo(column, 0);
    }

    private void Close(int symbol, int direction, ref long left, long price, ref Int128 costs, long time, int orderNumber, FillReason reason)
    {
        var lots = _lots[symbol]!;
        while (left > 0 && _lotCount[symbol] > 0)
        {
            ref var lot = ref lots[_firstLot[symbol]];
            var whole = Math.Abs(lot.Quantity);
            var piece = Math.Min(left, whole);
            var entryCosts = Exact.TimesOver(lot.Costs, piece, whole);
            var exitCosts = Exact.TimesOver(costs, piece, left);
            var signed = -direction * piece;
            var profit = Math.BigMul(price - lot.Price, signed) - entryCosts - exitCosts;
            Realised[symbol] += profit;
            LotValue[symbol] -= Exact.Times(lot.Price, signed);
            Add(new ClosedTrade(symbol, signed, lot.Price, price, lot.Time, time, profit, entryCosts + exitCosts, orderNumber, reason));
            costs -= exitCosts;
            left -= piece;
            if (piece == whole)
            {
                _firstLot[symbol]++;
                _lotCount[symbol]--;
            }
            else
            {
                lot = lot with { Quantity = lot.Quantity - signed, Costs = lot.Costs - entryCosts };
            }
        }

        if (_lotCount[symbol] == 0) _firstLot[symbol] = 0;
    }

    private void Open(int symbol, Lot lot)
    {
        var lots = _lots[symbol] ??= new Lot[2];
        var end = _firstLot[symbol] + _lotCount[symbol];
        if (end == lots.Length)
        {
            // Closed lots in front make room before the array grows.
            var target = _firstLot[symbol] > lots.Length / 2 ? lots : new Lot[lots.Length * 2];
            Array.Copy(lots, _firstLot[symbol], target, 0, _lotCount[symbol]);
            _lots[symbol] = lots = target;
            _firstLot[symbol] = 0;
            end = _lotCount[symbol];
        }

        lots[end] = lot;
        _lotCount[symbol]++;
        LotValue[symbol] += Exact.Times(lot.Price, lot.Quantity);
    }

    private void Add(in ClosedTrade trade)
    {
        if (TradeCount == _trades.Length) Array.Resize(ref _trades, Math.Max(4, TradeCount * 2));
        _trades[TradeCount++] = trade;
        _statistics.AddTrade(trade);
    }
}
