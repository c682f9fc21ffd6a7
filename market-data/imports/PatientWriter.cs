using Trading.MarketData.Actions;
using Trading.MarketData.Store;

namespace Trading.MarketData.Imports;

/// <summary>Takes a symbol's place for writers as soon as it is free: a service holds it for the moment of one write, so who works beside it waits instead of failing (OHLCV-171).</summary>
public static class PatientWriter
{
    private const int MostAttempts = 600;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <param name="store">The store.</param>
    /// <param name="symbol">Canonical symbol.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="CandleStoreException">It is still not free after a minute, or the store fails otherwise.</exception>
    public static Task<ICandleWriter> OpenAsync(ICandleStore store, string symbol, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        return TryAsync(() => store.OpenWriterAsync(symbol, cancellationToken), cancellationToken);
    }

    /// <summary>Adds to a table of splits and dividends, whose lock is one of its own.</summary>
    /// <returns>True when anything changed.</returns>
    /// <exception cref="CandleStoreException">It is still not free after a minute, or the store fails otherwise.</exception>
    public static Task<bool> MergeAsync(ICorporateActionStore store, CorporateActions actions, string source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        return TryAsync(() => store.MergeAsync(actions, source, cancellationToken), cancellationToken);
    }

    private static async Task<T> TryAsync<T>(Func<Task<T>> attemptAsync, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await attemptAsync().ConfigureAwait(false);
            }
            catch (CandleStoreException busy) when (busy.Problem == CandleStoreProblem.Busy && attempt < MostAttempts)
            {
                await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
