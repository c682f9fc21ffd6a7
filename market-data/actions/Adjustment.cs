using System.Globalization;
using System.Numerics;
using Trading.MarketData.Candles;
using Trading.MarketData.Markets;
using Trading.MarketData.Sources;

namespace Trading.MarketData.Actions;

/// <summary>The last close before an ex date.</summary>
/// <param name="Day">The trading day it is of.</param>
/// <param name="Close">In 10⁻⁸ units of currency, as stored.</param>
/// <param name="DataVersion">As which it is stored: <c>raw</c>, <c>split</c> or <c>adjusted</c>.</param>
public sealed record PriorClose(DateOnly Day, long Close, string DataVersion);

/// <summary>Candles in a row that are stored as one data version.</summary>
/// <param name="From">First candle.</param>
/// <param name="To">First candle after them.</param>
/// <param name="DataVersion">As which they are stored.</param>
public readonly record struct StoredPart(int From, int To, string DataVersion);

/// <summary>
/// Makes <c>split</c> and <c>adjusted</c> prices of stored ones, backwards from today: every candle before an ex date is scaled by the factor of that date,
/// and of all later ones.
/// </summary>
/// <remarks>
/// A split of From old into To new shares scales prices by From / To and volumes by To / From. A cash dividend D scales prices, not volumes, by 1 − D / C with
/// C the last close before the ex date, expressed in shares of the ex date: the proportional method of the CRSP price index factors, which Yahoo Finance and
/// others use for their adjusted closes. A price never becomes 0: what would be below half of 10⁻⁸ stays 10⁻⁸. All factors that meet in a candle are one exact
/// rational number, so that each value is rounded once, half to even, at 10⁻⁸. Equal factors for the four prices of a candle keep their order.
/// </remarks>
public sealed class Adjustment
{
    private readonly CorporateActions _actions;
    private readonly IReadOnlyDictionary<DateOnly, PriorClose> _closes;
    private readonly MarketRules _rules;

    /// <param name="actions">What is known of the symbol.</param>
    /// <param name="closes">The close before each dividend's ex date; a dividend without one has nothing before it to scale.</param>
    /// <param name="rules">When the days of the symbol's market begin.</param>
    public Adjustment(CorporateActions actions, IReadOnlyDictionary<DateOnly, PriorClose> closes, MarketRules rules)
    {
        _actions = actions;
        _closes = closes;
        _rules = rules;
    }

    /// <summary>Whether candles stored as one data version can be served as another: what was taken out before cannot be put back.</summary>
    public static bool CanServe(string stored, string wanted) =>
        stored == wanted || stored == DataVersions.Raw || (stored == DataVersions.Split && wanted == DataVersions.Adjusted);

    /// <summary>The candles as <paramref name="wanted"/>; the columns themselves when nothing changes, otherwise new ones.</summary>
    /// <param name="candles">In order of time.</param>
    /// <param name="parts">All candles, in order.</param>
    /// <param name="wanted"><c>raw</c>, <c>split</c> or <c>adjusted</c>.</param>
    /// <exception cref="BarSourceException">The stored version does not serve the wanted one, a dividend is not below the close before it, or a scaled value does not fit.</exception>
    public CandleColumns Apply(CandleColumns candles, IReadOnlyList<StoredPart> parts, string wanted)
    {
        ArgumentNullException.ThrowIfNull(candles);
        ArgumentNullException.ThrowIfNull(parts);
        CandleColumns? scaled = null;
        foreach (var stored in parts.Select(part => part.DataVersion).Distinct(StringComparer.Ordinal))
        {
            if (!CanServe(stored, wanted)) throw new BarSourceException(BarSourceProblem.VersionNotAvailable, $"candles of {_actions.Symbol} came {stored}: there is no data version '{wanted}' of them");
            var steps = Steps(withSplits: stored == DataVersions.Raw && wanted != DataVersions.Raw, withDividends: stored != wanted && wanted == DataVersions.Adjusted);
            foreach (var part in parts.Where(part => part.DataVersion == stored))
            {
                foreach (var step in steps)
                {
                    var from = Math.Max(part.From, candles.FirstAtOrAfter(step.From));
                    var to = Math.Min(part.To, candles.FirstAtOrAfter(step.Before));
                    if (from >= to || (step.Price.IsOne && step.Volume.IsOne)) continue;
                    scaled ??= Copy(candles);
                    Scale(scaled, from, to, step);
                }
            }
        }

        return scaled ?? candles;
    }

    /// <summary>The factor of a dividend's ex date for the prices before it.</summary>
    /// <exception cref="BarSourceException">The close is not known as traded, or the dividend is not below it.</exception>
    internal ExactFactor FactorOf(Dividend dividend)
    {
        if (!_closes.TryGetValue(dividend.ExDate, out var prior)) return ExactFactor.One;
        if (prior.DataVersion == DataVersions.Adjusted)
        {
            throw new BarSourceException(BarSourceProblem.VersionNotAvailable, Text($"the close of {_actions.Symbol} before the dividend of {dividend.ExDate:yyyy-MM-dd} is known adjusted only, so that it cannot be adjusted for"));
        }

        // the close as a fraction, in shares of the ex date: splits since are undone where the close came split-adjusted, and done where it is raw
        BigInteger close = prior.Close, per = BigInteger.One;
        var isSplit = prior.DataVersion == DataVersions.Split;
        foreach (var split in _actions.Splits.Where(one => isSplit ? one.ExDate > dividend.ExDate : one.ExDate > prior.Day && one.ExDate <= dividend.ExDate))
        {
            close *= isSplit ? split.To : split.From;
            per *= isSplit ? split.From : split.To;
        }

        var left = close - (dividend.Cash * per);
        if (left.Sign > 0) return new ExactFactor(left, close);
        throw new BarSourceException(
            BarSourceProblem.MalformedData,
            Text($"the dividend of {_actions.Symbol} on {dividend.ExDate:yyyy-MM-dd}, {Units(dividend.Cash)}, is not below the close of {prior.Day:yyyy-MM-dd}, {Units(prior.Close)}: the table of corporate actions is wrong"));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static decimal Units(long value) => value / 100_000_000m;

    private static CandleColumns Copy(CandleColumns candles) =>
        new(candles.Time, [.. candles.Open], [.. candles.High], [.. candles.Low], [.. candles.Close], [.. candles.Volume]);

    /// <summary>Latest first; the factor of each holds for the candles of its stretch of time.</summary>
    private List<Step> Steps(bool withSplits, bool withDividends)
    {
        var splits = withSplits ? _actions.Splits.ToLookup(one => one.ExDate, one => new ExactFactor(one.From, one.To)) : null;
        var dividends = withDividends ? _actions.Dividends.ToLookup(one => one.ExDate) : null;
        var dates = new SortedSet<DateOnly>((splits?.Select(one => one.Key) ?? []).Concat(dividends?.Select(one => one.Key) ?? []));
        var (price, volume) = (ExactFactor.One, ExactFactor.One);
        var steps = new List<Step>(dates.Count);
        foreach (var date in dates.Reverse())
        {
            foreach (var split in splits?[date] ?? [])
            {
                price = price.Times(split);
                volume = volume.Times(split.Inverse());
            }

            foreach (var dividend in dividends?[date] ?? []) price = price.Times(FactorOf(dividend));
            var start = _rules.BoundsOf(date).Start;
            if (steps.Count > 0) steps[^1] = steps[^1] with { From = start };
            steps.Add(new Step(long.MinValue, start, price, volume));
        }

        return steps;
    }

    private void Scale(CandleColumns candles, int from, int to, Step step)
    {
        Price(candles.Open);
        Price(candles.High);
        Price(candles.Low);
        Price(candles.Close);
        if (step.Volume.IsOne) return;
        for (var at = from; at < to; at++)
        {
            if (!step.Volume.TryScale(candles.Volume[at], out candles.Volume[at])) throw DoesNotFit("volume", candles.Time[at]);
        }

        void Price(long[] column)
        {
            for (var at = from; at < to; at++)
            {
                if (!step.Price.TryScale(column[at], out var value)) throw DoesNotFit("price", candles.Time[at]);
                column[at] = value == 0 && column[at] > 0 ? 1 : value;
            }
        }
    }

    private BarSourceException DoesNotFit(string what, long time) => new(
        BarSourceProblem.MalformedData,
        Text($"the {what} of {_actions.Symbol} at {DateTime.UnixEpoch.AddMicroseconds(time):yyyy-MM-dd'T'HH:mm:ss'Z'} does not fit once adjusted: the table of corporate actions is wrong"));

    /// <summary>The factors of candles that start in [From, Before).</summary>
    private readonly record struct Step(long From, long Before, ExactFactor Price, ExactFactor Volume);
}
