using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Trading.GrainInterfaces.Runs;

namespace Trading.Grains.Runs;

/// <summary>What is made of the results of a run's sets. Pure.</summary>
internal static class RunFigures
{
    /// <summary>
    /// SHA-256 over one line per set in ascending order, ASCII: number, colon, result hash (<c>failed</c> for a set that could not be computed), line feed. It depends on nothing
    /// but the results: not on silos, their number, or what happened on the way.
    /// </summary>
    /// <param name="results">By number − 1, all there.</param>
    /// <returns>64 lower-case hex digits.</returns>
    public static string Hash(IReadOnlyList<SetResult?> results)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var result in results)
        {
            var (number, value) = (result!.Set.Number, result.Error is null ? result.ResultHash : "failed");
            hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{number}:{value}\n")));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The better one of two: higher final equity, then lower number.</summary>
    public static SetResult? Better(SetResult? best, SetResult other)
    {
        if (other.Error is not null) return best;
        if (best is null || other.FinalEquity > best.FinalEquity) return other;
        return other.FinalEquity == best.FinalEquity && other.Set.Number < best.Set.Number ? other : best;
    }

    /// <summary>A page in an order.</summary>
    public static SetResult[] Page(IEnumerable<SetResult> results, ResultQuery query)
    {
        var sorted = query.Order switch
        {
            ResultOrder.FinalEquity => Descending<Int128>(results, result => result.Error is null ? result.FinalEquity : null),
            ResultOrder.SharpeRatio => Descending<double>(results, result => result.Sharpe),
            ResultOrder.MaxDrawdown => Descending<double>(results, result => -result.MaxDrawdown),
            ResultOrder.Trades => Descending<int>(results, result => result.Error is null ? result.Trades : null),
            _ => results.OrderBy(result => result.Set.Number),
        };
        return [.. sorted.Skip((int)Math.Min((query.Page - 1L) * query.PageSize, int.MaxValue)).Take(query.PageSize)];
    }

    private static IEnumerable<SetResult> Descending<T>(IEnumerable<SetResult> results, Func<SetResult, T?> figure)
        where T : struct, IComparable<T> =>
        results.OrderBy(result => figure(result) is null).ThenByDescending(result => figure(result) ?? default).ThenBy(result => result.Set.Number);
}
