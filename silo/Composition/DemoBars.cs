using Microsoft.Extensions.Options;
using Trading.MarketData.Markets;
using Trading.MarketData.Settings;
using Trading.MarketData.Sources;
using Trading.MarketData.Store;
using Trading.MarketData.Synthetic;

namespace Trading.Silo.Composition;

/// <summary>
/// The demo's bars: as files for the client's strategy, and in the store for the service. Once they are whole a file in the store's folder says so, and later starts
/// look no further.
/// </summary>
internal sealed partial class DemoBars
{
    /// <summary>In the store's folder, so that a store that was removed gets its demo bars again.</summary>
    public const string DoneFile = "demo.done";

    private const long Seed = 20240102;

    private readonly ICandleStore _store;
    private readonly MarketTable _markets;
    private readonly string _done;
    private readonly ILogger<DemoBars> _logger;
    private bool _isWhole;

    private DemoBars(IServiceProvider services, DataFolder data)
    {
        _store = services.GetRequiredService<ICandleStore>();
        _markets = services.GetRequiredService<MarketTable>();
        _done = Path.Combine(Path.GetFullPath(services.GetRequiredService<IOptions<MarketDataOptions>>().Value.Storage.BasePath, data.Path), DoneFile);
        _logger = services.GetRequiredService<ILogger<DemoBars>>();
    }

    /// <summary>Makes what sessions need of them: the files and the stored minutes. A store with anything else in it gets neither.</summary>
    /// <returns>Null when there are none.</returns>
    /// <exception cref="StartException">They cannot be stored.</exception>
    public static async Task<DemoBars?> PrepareAsync(IServiceProvider services, DataFolder data, CancellationToken cancellationToken)
    {
        var demo = new DemoBars(services, data);
        demo._isWhole = File.Exists(demo._done);
        try
        {
            if (!demo._isWhole && !await DemoStore.IsForDemoAsync(demo._store, cancellationToken)) return null;
            await DemoData.EnsureAsync(data.Bars, Seed, progress: null, cancellationToken);
            if (!demo._isWhole) await DemoStore.EnsureAsync(demo._store, demo._markets, data.Bars, cancellationToken);
        }
        catch (Exception problem) when (problem is CandleStoreException or BarSourceException)
        {
            throw new StartException($"the demo's bars cannot be stored: {problem.Message.ReplaceLineEndings(" ")}");
        }

        return demo;
    }

    /// <summary>Makes the longer candles of the demo's minutes while the service already runs; the next start goes on where this one was stopped.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        if (_isWhole) return;
        try
        {
            await Task.Run(() => DemoStore.ResampleAsync(_store, _markets, cancellationToken), cancellationToken);
            await File.WriteAllTextAsync(_done, "", cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // the service stops; nothing is lost
        }
        catch (Exception problem) when (problem is CandleStoreException or IOException or UnauthorizedAccessException)
        {
            LogUnfinished(problem.Message);
        }
    }

    [LoggerMessage(5103, LogLevel.Warning, "The longer candles of the demo's bars are not all made, the next start goes on: {Problem}")]
    private partial void LogUnfinished(string problem);
}
