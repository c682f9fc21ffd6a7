using System.Globalization;

namespace Trading.MarketData.Actions;

/// <summary>A split or reverse split: from the ex date on, <paramref name="From"/> old shares are <paramref name="To"/> new ones (4-for-1: From 1, To 4).</summary>
/// <param name="ExDate">First trading day on which the new count holds.</param>
/// <param name="From">Old shares, in 10⁻⁸ units, above 0.</param>
/// <param name="To">New shares, in 10⁻⁸ units, above 0.</param>
public sealed record Split(DateOnly ExDate, long From, long To);

/// <summary>A cash dividend.</summary>
/// <param name="ExDate">First trading day on which a buyer does not get it.</param>
/// <param name="Cash">Amount per share as paid, in 10⁻⁸ units of currency, above 0, in shares of its own day (not adjusted for later splits).</param>
public sealed record Dividend(DateOnly ExDate, long Cash);

/// <summary>All known splits and dividends of a symbol, each list sorted by ex date without repeats.</summary>
/// <param name="Symbol">Canonical symbol.</param>
/// <param name="Splits">Splits.</param>
/// <param name="Dividends">Dividends.</param>
public sealed record CorporateActions(string Symbol, IReadOnlyList<Split> Splits, IReadOnlyList<Dividend> Dividends)
{
    public static CorporateActions None(string symbol) => new(symbol, [], []);

    /// <summary>Text that is equal for equal actions and differs otherwise.</summary>
    public string Stamp() => string.Join(
        ';',
        Splits.Select(one => string.Create(CultureInfo.InvariantCulture, $"s{one.ExDate.DayNumber}:{one.From}:{one.To}"))
            .Concat(Dividends.Select(one => string.Create(CultureInfo.InvariantCulture, $"d{one.ExDate.DayNumber}:{one.Cash}"))));
}

/// <summary>The stored tables of corporate actions, <c>{base}/actions/{symbol}.json</c>. Safe for concurrent use.</summary>
public interface ICorporateActionStore
{
    /// <summary>What is known of a symbol, or was known at <paramref name="asOf"/> (microseconds since 1970-01-01Z; null for now).</summary>
    Task<CorporateActions> ReadAsync(string symbol, long? asOf, CancellationToken cancellationToken);

    /// <summary>Adds to what is known; of two actions of the same kind and ex date the new one counts.</summary>
    /// <returns>True when anything changed.</returns>
    Task<bool> MergeAsync(CorporateActions actions, string source, CancellationToken cancellationToken);
}
