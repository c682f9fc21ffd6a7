using Trading.GrainInterfaces.Data;

namespace Trading.Gateway.Rest.Data;

/// <summary>Names as the data manager's wire spells them.</summary>
internal static class DataNames
{
    /// <summary>The eight timeframes, shortest first (OHLCV-026).</summary>
    internal static IReadOnlyList<string> Timeframes { get; } = ["1min", "5min", "15min", "30min", "1h", "2h", "4h", "daily"];

    /// <summary>OHLCV-D16.</summary>
    internal static string Of(UpdateState state) => state switch
    {
        UpdateState.Started => "started",
        UpdateState.InProgress => "in_progress",
        UpdateState.Completed => "completed",
        UpdateState.CompletedWithErrors => "completed_with_errors",
        _ => "failed",
    };

    /// <summary>OHLCV-148; before its first step a run validates.</summary>
    internal static string Of(UpdatePhase phase) => phase switch
    {
        UpdatePhase.Downloading => "Downloading 1-minute data",
        UpdatePhase.Resampling => "Resampling",
        UpdatePhase.Reporting => "Reporting",
        _ => "Validating existing data",
    };

    internal static string Of(SymbolUpdateState state) => state switch
    {
        SymbolUpdateState.Waiting => "waiting",
        SymbolUpdateState.InProgress => "in_progress",
        SymbolUpdateState.Completed => "completed",
        _ => "failed",
    };

    internal static bool IsOver(UpdateState state) => state is UpdateState.Completed or UpdateState.CompletedWithErrors or UpdateState.Failed;
}
