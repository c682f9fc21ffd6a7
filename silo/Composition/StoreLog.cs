using Trading.MarketData.Candles;
using Trading.MarketData.Store;

namespace Trading.Silo.Composition;

/// <summary>Turns damaged files of the store into log lines (OHLCV-169, OHLCV-176).</summary>
internal sealed partial class StoreLog(ILogger<CandleStore> logger)
{
    public void Tell(DamagedFile file) => Log(file.Path, file.Symbol, file.Timeframe.Name(), file.Day, file.SetAsideAs, file.Problem);

    [LoggerMessage(5101, LogLevel.Error, "{Path} of {Symbol} {Timeframe} {Day} is damaged and was set aside as {SetAsideAs}: {Problem}")]
    private partial void Log(string path, string symbol, string timeframe, DateOnly? day, string? setAsideAs, string problem);
}
