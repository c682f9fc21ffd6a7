using System.Text;
using Trading.Engine.Bars;
using Trading.MarketData.Candles;
using Trading.MarketData.Instruments;
using Trading.MarketData.Markets;

namespace Trading.MarketData.Imports;

/// <summary>Gives rows of an input to their symbols, stamps daily bars and leaves out what the market's rules do not store.</summary>
internal sealed class ImportSorter(MarketTable markets, ImportOptions options, ImportInput input, ImportIssues issues)
{
    private const string OutsideHours = "outside regular hours (extended hours are off)";
    private const string OutsideYears = "outside the years that the calendars know (1990 to 2050)";
    private const string NoTradingDay = "on a day without trading";
    private readonly Dictionary<string, string?> _canonical = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _leftOut = new(StringComparer.Ordinal);

    public ImportIssues Issues => issues;

    /// <summary>Readable rows seen.</summary>
    public long Rows { get; private set; }

    /// <summary>Rows handed on.</summary>
    public long Taken { get; private set; }

    public IReadOnlyDictionary<string, long> LeftOut => _leftOut;

    public IEnumerable<(string Symbol, CandleColumns Candles)> Sort(ImportBatch batch)
    {
        Rows += batch.Candles.Count;
        if (batch.Candles.Count == 0) return [];
        var parts = batch.Symbols is null ? [(input.Symbol!, batch.Candles)] : BySymbol(batch.Candles, batch.Symbols);
        var sorted = new List<(string, CandleColumns)>();
        foreach (var (symbol, candles) in parts)
        {
            var stored = options.Daily ? Stamp(candles, markets[symbol]) : InHours(candles, markets[symbol]);
            Taken += stored.Count;
            if (stored.Count > 0) sorted.Add((symbol, stored));
        }

        return sorted;
    }

    private List<(string Symbol, CandleColumns Candles)> BySymbol(CandleColumns candles, string[] symbols)
    {
        var rows = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (var row = 0; row < symbols.Length; row++)
        {
            if (!_canonical.TryGetValue(symbols[row], out var canonical))
            {
                canonical = SymbolName.TryCanonical(symbols[row], out var found, out _) ? found : null;
                _canonical[symbols[row]] = canonical;
            }

            if (canonical is null)
            {
                Rows--;
                issues.Add(0, "symbol", Encoding.UTF8.GetBytes(symbols[row]), "a symbol of A to Z, 0 to 9 and single '.', '-' or '_' between them");
                continue;
            }

            if (!rows.TryGetValue(canonical, out var list)) rows[canonical] = list = [];
            list.Add(row);
        }

        return [.. rows.Select(entry => (entry.Key, entry.Value.Count == candles.Count ? candles : Take(candles, entry.Value)))];
    }

    /// <summary>A daily candle of US equities carries the open of its session, others midnight UTC (OHLCV-024, OHLCV-025).</summary>
    private CandleColumns Stamp(CandleColumns candles, MarketRules rules)
    {
        if (rules.AssetClass != AssetClass.Equity) return InYears(candles, rules);
        var kept = new List<int>(candles.Count);
        var stamps = new long[candles.Count];
        for (var row = 0; row < candles.Count; row++)
        {
            var index = rules.IndexOf(DateOnly.FromDateTime(DateTime.UnixEpoch.AddMicroseconds(candles.Time[row])));
            if (index < 0)
            {
                LeaveOut(NoTradingDay);
                continue;
            }

            stamps[kept.Count] = rules.Days.RegularOpen(index);
            kept.Add(row);
        }

        var taken = Take(candles, kept);
        stamps.AsSpan(0, kept.Count).CopyTo(taken.Time);
        return taken;
    }

    /// <summary>Extended-hours minutes of US equities are stored only when switched on (OHLCV-D17).</summary>
    private CandleColumns InHours(CandleColumns candles, MarketRules rules)
    {
        if (rules.AssetClass != AssetClass.Equity) return InYears(candles, rules);
        var kept = new List<int>(candles.Count);
        var days = rules.Days;
        for (var row = 0; row < candles.Count; row++)
        {
            var time = candles.Time[row];
            var day = days.DayAtOrBefore(time);
            var isOpen = day >= 0 && (rules.ExtendedHours ? time < days.ExtendedClose(day) : time >= days.RegularOpen(day) && time < days.RegularClose(day));
            if (isOpen) kept.Add(row);
            else LeaveOut(rules.IndexOf(rules.DayOf(time)) < 0 ? NoTradingDay : OutsideHours);
        }

        return kept.Count == candles.Count ? candles : Take(candles, kept);
    }

    /// <summary>Nothing is stored of which no calendar knows whether it is complete (OHLCV-088); for US equities such days are no trading days.</summary>
    private CandleColumns InYears(CandleColumns candles, MarketRules rules)
    {
        var (first, end) = (rules.BoundsOf(rules.DateAt(0)).Start, rules.BoundsOf(rules.DateAt(rules.Days.Count - 1)).End);
        var kept = new List<int>(candles.Count);
        for (var row = 0; row < candles.Count; row++)
        {
            if (candles.Time[row] >= first && candles.Time[row] < end) kept.Add(row);
            else LeaveOut(OutsideYears);
        }

        return kept.Count == candles.Count ? candles : Take(candles, kept);
    }

    private void LeaveOut(string reason) => _leftOut[reason] = _leftOut.GetValueOrDefault(reason) + 1;

    private static CandleColumns Take(CandleColumns candles, List<int> rows)
    {
        var taken = new CandleColumns(rows.Count);
        for (var at = 0; at < rows.Count; at++)
        {
            var row = rows[at];
            taken.Time[at] = candles.Time[row];
            taken.Open[at] = candles.Open[row];
            taken.High[at] = candles.High[row];
            taken.Low[at] = candles.Low[row];
            taken.Close[at] = candles.Close[row];
            taken.Volume[at] = candles.Volume[row];
        }

        return taken;
    }
}
