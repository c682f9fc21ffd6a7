using Trading.MarketData.Instruments;
using Trading.Storage.Files;

namespace Trading.MarketData.Store;

/// <summary>Failures of the device as failures of the store, with path and operation (OHLCV-170).</summary>
internal static class StoreErrors
{
    public static bool IsDevice(Exception exception) => exception is IOException or UnauthorizedAccessException;

    /// <param name="operation">What was tried, as a verb.</param>
    /// <param name="path">On what, relative to the store.</param>
    /// <param name="cause">Why it failed.</param>
    public static CandleStoreException Of(string operation, string path, Exception cause)
    {
        if (DiskFiles.IsDiskFull(cause)) return new(CandleStoreProblem.DiskFull, $"cannot {operation} {path}: the device is full", cause);
        if (DiskFiles.IsForbidden(cause)) return new(CandleStoreProblem.ReadOnly, $"cannot {operation} {path}: no permission, or the device is read-only", cause);
        return new(CandleStoreProblem.Device, $"cannot {operation} {path}: {cause.Message}", cause);
    }

    /// <summary>Runs something on the device; whatever it fails with says operation and path.</summary>
    public static T Naming<T>(string operation, string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception exception) when (IsDevice(exception))
        {
            throw Of(operation, path, exception);
        }
    }

    public static void Naming(string operation, string path, Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (IsDevice(exception))
        {
            throw Of(operation, path, exception);
        }
    }

    /// <exception cref="CandleStoreException">The symbol is not well-formed: no path is ever made of it.</exception>
    public static void CheckSymbol(string? symbol)
    {
        if (!SymbolName.IsValid(symbol, out var problem)) throw new CandleStoreException(CandleStoreProblem.BadSymbol, problem);
    }
}
