using Trading.MarketData.Validation;

namespace Trading.MarketData.Imports;

/// <summary>What became of one file.</summary>
/// <param name="Name">The file.</param>
/// <param name="Rows">Rows read, unreadable ones included.</param>
/// <param name="Taken">Rows handed to the store.</param>
/// <param name="Issues">The unreadable rows.</param>
/// <param name="Refused">Why nothing of it was taken; null when it was.</param>
public sealed record FileReport(string Name, long Rows, long Taken, ImportIssues Issues, string? Refused)
{
    /// <summary>Rows that were read rightly and left out, by reason: outside regular hours and the like.</summary>
    public IReadOnlyDictionary<string, long> LeftOut { get; init; } = new Dictionary<string, long>();
}

/// <summary>What became of one symbol.</summary>
public sealed class SymbolReport(string symbol)
{
    /// <summary>Outliers listed at most.</summary>
    public const int MostOutliers = 20;

    public string Symbol { get; } = symbol;

    /// <summary>Rows handed to the store.</summary>
    public long Rows { get; internal set; }

    /// <summary>Start of the first candle taken, in microseconds since 1970-01-01Z.</summary>
    public long FirstTime { get; internal set; } = long.MaxValue;

    /// <summary>Start of the last candle taken.</summary>
    public long LastTime { get; internal set; } = long.MinValue;

    /// <summary>Trading days that rows were taken for.</summary>
    public int Days => Touched.Count;

    /// <summary>Files of the store that changed.</summary>
    public int FilesWritten { get; internal set; }

    /// <summary>Files of the store that held exactly this already.</summary>
    public int FilesUnchanged { get; internal set; }

    /// <summary>Candles with a time that was not stored before.</summary>
    public long CandlesAdded { get; internal set; }

    /// <summary>Candles that replaced others of the same time.</summary>
    public long CandlesReplaced { get; internal set; }

    /// <summary>Rows that came after a row of a later time.</summary>
    public long OutOfOrder { get; internal set; }

    /// <summary>Rows with the time of the row before; the later one counts.</summary>
    public long Repeated { get; internal set; }

    /// <summary>Moves of more than 20 % between minutes: reported, not changed (OHLCV-172).</summary>
    public long OutlierCount { get; internal set; }

    /// <summary>The first of them.</summary>
    public IReadOnlyList<PriceMove> Outliers => OutlierList;

    /// <summary>Candles of longer timeframes made from the touched days.</summary>
    public long CandlesResampled { get; internal set; }

    /// <summary>Why the symbol could not be written; null when it could.</summary>
    public string? Problem { get; internal set; }

    internal List<PriceMove> OutlierList { get; } = [];

    internal SortedSet<DateOnly> Touched { get; } = [];

    internal long Previous { get; set; } = long.MinValue;
}

/// <summary>What became of an import.</summary>
/// <param name="Files">Every file, in order.</param>
/// <param name="Symbols">Every symbol, sorted.</param>
/// <param name="WasStopped">The import was cancelled; what was written until then is whole.</param>
public sealed record ImportReport(IReadOnlyList<FileReport> Files, IReadOnlyList<SymbolReport> Symbols, bool WasStopped)
{
    /// <summary>All files and symbols came through.</summary>
    public bool IsWhole => !WasStopped && Files.All(file => file.Refused is null) && Symbols.All(symbol => symbol.Problem is null);
}
