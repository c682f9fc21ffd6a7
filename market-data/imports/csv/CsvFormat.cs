using NodaTime;

namespace Trading.MarketData.Imports.Csv;

/// <summary>What stands in a cell.</summary>
public enum CsvColumn
{
    Open = 0,
    High = 1,
    Low = 2,
    Close = 3,
    Volume = 4,

    /// <summary>Date and time in one cell.</summary>
    Time = 5,

    /// <summary>Only the date; <see cref="TimeOfDay"/> has the rest.</summary>
    Date = 6,
    TimeOfDay = 7,
    Symbol = 8,

    /// <summary>Not wanted.</summary>
    Ignored = 9,
}

/// <summary>How times are written.</summary>
public enum CsvTimeFormat
{
    /// <summary>Decided by the first row; all others must be written in the same way.</summary>
    Detect = 0,

    /// <summary><c>2024-07-16T13:30:00Z</c>, also with a space, without seconds, with a fraction, an offset or no zone at all; <c>.</c> or <c>/</c> may separate year, month and day; a date alone is its midnight.</summary>
    Iso = 1,

    /// <summary><c>20240716 13:30</c>, also with seconds, without the space, or a date alone.</summary>
    Compact = 2,
    EpochSeconds = 3,
    EpochMilliseconds = 4,
    EpochMicroseconds = 5,
    EpochNanoseconds = 6,

    /// <summary>A pattern of NodaTime's local date and time, e.g. <c>dd.MM.yyyy HH:mm</c>.</summary>
    Custom = 7,
}

/// <summary>Which end of its interval a bar's time names.</summary>
public enum BarLabels
{
    Open = 0,
    Close = 1,
}

/// <summary>How a CSV file is to be read. The defaults read the file by its header.</summary>
public sealed record CsvFormat
{
    /// <summary><c>,</c>, <c>;</c> or tab; null: the one that the first line has most of.</summary>
    public char? Delimiter { get; init; }

    /// <summary>Whether the first line names the columns; null: it does when it holds a known name.</summary>
    public bool? HasHeader { get; init; }

    /// <summary>Columns by name (as in the header, case ignored) or number from 1; <c>none</c> for a volume that the file does not have and that is 0. Empty: known names, or the usual order.</summary>
    public IReadOnlyDictionary<CsvColumn, string> Columns { get; init; } = new Dictionary<CsvColumn, string>();

    public CsvTimeFormat TimeFormat { get; init; }

    /// <summary>The pattern of <see cref="CsvTimeFormat.Custom"/>.</summary>
    public string TimePattern { get; init; } = "";

    /// <summary>Zone of times that name none.</summary>
    public DateTimeZone Zone { get; init; } = DateTimeZone.Utc;

    public BarLabels Labels { get; init; }

    /// <summary>Rows are daily bars: <see cref="Candles.CandleColumns.Time"/> is then midnight UTC of the date as it is written, to be stamped by the market's rules.</summary>
    public bool Daily { get; init; }

    /// <summary>Round values of more than 8 places half to even instead of refusing them.</summary>
    public bool Round { get; init; }
}
