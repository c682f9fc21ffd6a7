using System.Numerics;
using Trading.Engine.Account;
using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.Engine.Events;
using Trading.Engine.Metrics;
using Trading.Engine.Orders;

namespace Trading.Engine.Tests.Twin;

/// <summary>Trades and figures of a run, recomputed from its events and its equity samples alone (docs/execution.md 3 and 11).</summary>
public sealed class NaiveResults
{
    private sealed class OpenLot
    {
        public BigInteger Quantity { get; set; }

        public required long Price { get; init; }

        public BigInteger Costs { get; set; }

        public required long Time { get; init; }
    }

    private readonly Dictionary<int, List<OpenLot>> _lots = [];
    private readonly List<(long Time, BigInteger Equity, bool Exposed)> _samples;
    private readonly BigInteger _start;
    private readonly bool _perTick;

    public NaiveResults(Workload workload, IReadOnlyList<SimulationEvent> events, List<(long Time, BigInteger Equity, bool Exposed)> samples)
    {
        _samples = samples;
        _perTick = workload.Config.RatioSampling == RatioSampling.PerTick;
        _start = (BigInteger)workload.Config.InitialCash;
        var fills = events.Where(one => one.Kind == EventKind.Fill).ToList();
        foreach (var fill in fills) Book(fill);
        DailyCloses = [.. samples.Where((sample, index) => EndsDay(workload, index)).Select(sample => sample.Equity)];
        Metrics = Count(workload.Config, events, fills);
    }

    public List<ClosedTrade> Trades { get; } = [];

    public List<BigInteger> DailyCloses { get; }

    /// <summary>Everything but returns, drawdown and annualisation.</summary>
    public MetricsInput Metrics { get; }

    /// <summary>Returns between session closes or ticks, the first one from the initial cash; null when one cannot be formed.</summary>
    public IReadOnlyList<double>? Returns
    {
        get
        {
            List<BigInteger> equity = [_start, .. _perTick ? _samples.Select(sample => sample.Equity) : DailyCloses];
            var steps = equity.Zip(equity.Skip(1)).ToList();
            return steps.Any(step => step.First <= 0) ? null : [.. steps.Select(step => (double)(step.Second - step.First) / (double)step.First)];
        }
    }

    /// <summary>Longest time from a peak to its recovery or to the end.</summary>
    public long LongestDrawdownMicros
    {
        get
        {
            var (peak, peakTime, fell, longest) = (_start, _samples.Count == 0 ? 0 : _samples[0].Time, false, 0L);
            foreach (var (time, equity, _) in _samples)
            {
                fell |= equity < peak;
                if (fell) longest = Math.Max(longest, time - peakTime);
                if (equity > peak || (fell && equity == peak)) (peak, peakTime, fell) = (equity, time, false);
            }

            return longest;
        }
    }

    /// <summary>True when no fall of the samples is deeper, as a share of its peak, than this one, and this one is one of them.</summary>
    public bool IsDeepest(Int128 peak, Int128 trough)
    {
        var (highest, found, deeper) = (_start, peak == trough, false);
        foreach (var (_, equity, _) in _samples)
        {
            highest = BigInteger.Max(highest, equity);
            found |= highest == (BigInteger)peak && equity == (BigInteger)trough;
            // (highest − equity) / highest > (peak − trough) / peak
            deeper |= peak == 0 ? equity < highest : (highest - equity) * (BigInteger)peak > (BigInteger)(peak - trough) * highest;
        }

        return found && !deeper;
    }

    private bool EndsDay(Workload workload, int index)
    {
        if (index == _samples.Count - 1) return true;
        var now = _samples[index].Time;
        foreach (var one in workload.Series.Where(one => one.OpenTime.Contains(now) && one.Days.SessionAt(now) != MarketSession.Closed))
        {
            if (one.Days.SessionAt(now) != MarketSession.Regular && !workload.Config.ExtendedHours) continue;
            var close = one.Days.ExtendedClose(one.Days.DayAtOrBefore(now));
            if (!_samples.Skip(index + 1).Any(later => later.Time < close)) return true;
        }

        return false;
    }

    private void Book(SimulationEvent fill)
    {
        if (!_lots.TryGetValue(fill.Symbol, out var lots)) _lots.Add(fill.Symbol, lots = []);
        var direction = fill.Side == OrderSide.Buy ? 1 : -1;
        var (left, costsLeft) = ((BigInteger)fill.Quantity, (BigInteger)(fill.Commission + fill.Fees));
        while (left > 0 && lots.Count > 0 && lots[0].Quantity.Sign == -direction)
        {
            var lot = lots[0];
            var piece = BigInteger.Min(left, BigInteger.Abs(lot.Quantity));
            var opening = lot.Costs * piece / BigInteger.Abs(lot.Quantity);
            var closing = costsLeft * piece / left;
            var profit = (-direction * (fill.Price - (BigInteger)lot.Price) * piece) - opening - closing;
            Trades.Add(new ClosedTrade(fill.Symbol, (long)(-direction * piece), lot.Price, fill.Price, lot.Time, fill.Time, (Int128)profit, (Int128)(opening + closing), fill.OrderNumber, fill.FillReason));
            lot.Quantity += direction * piece;
            lot.Costs -= opening;
            left -= piece;
            costsLeft -= closing;
            if (lot.Quantity.IsZero) lots.RemoveAt(0);
        }

        if (left > 0) lots.Add(new OpenLot { Quantity = direction * left, Price = fill.Price, Costs = costsLeft, Time = fill.Time });
    }

    private MetricsInput Count(SimulationConfig config, IReadOnlyList<SimulationEvent> events, List<SimulationEvent> fills)
    {
        var wins = Trades.Where(trade => trade.Profit > 0).ToList();
        var losses = Trades.Where(trade => trade.Profit < 0).ToList();
        return new MetricsInput
        {
            InitialCash = config.InitialCash,
            FinalEquity = (Int128)_samples[^1].Equity,
            LastSampledEquity = (Int128)(_perTick ? _samples[^1].Equity : DailyCloses[^1]),
            Returns = default,
            Annualisation = new Annualisation(config.RatioSampling, 1, 1),
            Ticks = _samples.Count,
            TicksExposed = _samples.Count(sample => sample.Exposed),
            EquitySum = Sum(_samples, sample => (Int128)sample.Equity),
            TradedValue = Sum(fills, fill => (Int128)fill.Price * fill.Quantity),
            Commission = Sum(fills, fill => fill.Commission),
            Fees = Sum(fills, fill => fill.Fees),
            SlippageCost = Sum(fills, fill => (fill.Side == OrderSide.Buy ? 1 : -1) * ((Int128)fill.Price - fill.ReferencePrice) * fill.Quantity),
            Orders = events.Select(one => one.OrderNumber).Distinct().Count(),
            Fills = fills.Count,
            Rejects = events.Count(one => one.Kind == EventKind.Rejected),
            Partials = fills.Count(fill => fill.Remaining > 0),
            Expiries = events.Count(one => one.Kind == EventKind.Expired),
            Cancels = events.Count(one => one.Kind == EventKind.Cancelled),
            Trades = new TradeTotals
            {
                Count = Trades.Count,
                Winning = wins.Count,
                Losing = losses.Count,
                Won = Sum(wins, trade => trade.Profit),
                Lost = Sum(losses, trade => trade.Profit),
                Best = Trades.Count == 0 ? 0 : Trades.Max(trade => trade.Profit),
                Worst = Trades.Count == 0 ? 0 : Trades.Min(trade => trade.Profit),
                HoldingMicros = Sum(Trades, trade => (Int128)(trade.ExitTime - trade.EntryTime)),
            },
        };
    }

    private static Int128 Sum<T>(IEnumerable<T> items, Func<T, Int128> value) => items.Aggregate((Int128)0, (sum, item) => sum + value(item));
}
