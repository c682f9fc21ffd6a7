using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.Engine.Costs;

namespace Trading.Engine.Metrics;

/// <summary>The data of one symbol of a run.</summary>
/// <param name="Instrument">The symbol with its price steps and lot.</param>
/// <param name="Source">Where the bars of the range come from.</param>
/// <param name="DataVersion"><c>adjusted</c>, <c>split</c> or <c>raw</c>.</param>
/// <param name="Fingerprint">SHA-256 over the bars used, see <see cref="DataFingerprint"/>.</param>
/// <param name="Bars">Number of bars used.</param>
/// <param name="Calendar">Name of the calendar.</param>
/// <param name="CalendarVersion">Version of the calendar's rules.</param>
public sealed record SymbolManifest(Instrument Instrument, string Source, string DataVersion, string Fingerprint, int Bars, string Calendar, string CalendarVersion);

/// <summary>One row of a fee table.</summary>
/// <param name="Table">E.g. <c>sec_section_31</c>.</param>
/// <param name="EffectiveDate">First date it holds, <c>yyyy-MM-dd</c>.</param>
/// <param name="Rate">As decimal text: a part of the value (<c>sec_section_31</c>) or money per share (<c>finra_taf</c>).</param>
/// <param name="Maximum">Most money per fill as decimal text; null = no maximum.</param>
public sealed record FeeTableRow(string Table, string EffectiveDate, string Rate, string? Maximum);

/// <summary>Everything a result rests on (EXEC-063): the same manifest and the same commands give the same result hash on any machine.</summary>
public sealed record AssumptionsManifest
{
    public required string EngineVersion { get; init; }

    public required SimulationConfig Configuration { get; init; }

    /// <summary>Length of a bar in microseconds.</summary>
    public required long BarMicros { get; init; }

    /// <summary>Number of ticks of the clock.</summary>
    public required int Ticks { get; init; }

    /// <summary>In the simulation's order of symbols.</summary>
    public required IReadOnlyList<SymbolManifest> Symbols { get; init; }

    /// <summary>The rows of every table in force; empty when no table is used.</summary>
    public required IReadOnlyList<FeeTableRow> FeeTables { get; init; }

    /// <summary>The manifest of a run: its configuration, its bars, and the fee tables when it charges them.</summary>
    public static AssumptionsManifest Of(Simulation simulation)
    {
        ArgumentNullException.ThrowIfNull(simulation);
        return Of(simulation.Config, simulation.Series, simulation.TickCount, simulation.Config.RegulatoryFees ? RowsOf(simulation.Fees) : []);
    }

    /// <summary>The manifest of a run over <paramref name="series"/>.</summary>
    public static AssumptionsManifest Of(SimulationConfig configuration, IReadOnlyList<BarSeries> series, int ticks, IReadOnlyList<FeeTableRow> feeTables)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(series);
        var symbols = new List<SymbolManifest>(series.Count);
        foreach (var one in series)
        {
            var fingerprint = DataFingerprint.Of(one, configuration, out var bars);
            symbols.Add(new SymbolManifest(one.Instrument, one.SourceIn(configuration.Start, configuration.End), one.DataVersion, fingerprint, bars, one.Days.Calendar, one.Days.Version));
        }

        return new AssumptionsManifest
        {
            EngineVersion = Metrics.EngineVersion.Current,
            Configuration = configuration,
            BarMicros = series.Count == 0 ? 0 : series[0].BarMicros,
            Ticks = ticks,
            Symbols = symbols,
            FeeTables = feeTables,
        };
    }

    private static List<FeeTableRow> RowsOf(RegulatoryFees fees)
    {
        var rows = new List<FeeTableRow>();
        foreach (var row in fees.SecRows) rows.Add(new FeeTableRow("sec_section_31", Date(row.EffectiveDay), FixedPoint.Format(row.Rate, FixedPoint.RateDecimals), null));
        foreach (var row in fees.TafRows)
        {
            rows.Add(new FeeTableRow("finra_taf", Date(row.EffectiveDay), FixedPoint.Format(row.PerShare, FixedPoint.MoneyDecimals), FixedPoint.Format(row.Maximum, FixedPoint.MoneyDecimals)));
        }

        return rows;
    }

    private static string Date(int day) => DateOnly.FromDayNumber(DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber + day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>
    /// Canonical JSON: UTF-8 without white space, names of every object in ordinal order, numbers that have a fraction as exact decimal text. Equal
    /// manifests give equal bytes.
    /// </summary>
    public byte[] ToCanonicalJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            ManifestJson.Write(json, this);
        }

        return buffer.WrittenSpan.ToArray();
    }

    public override string ToString() => Encoding.UTF8.GetString(ToCanonicalJson());

}

/// <summary>Version of the execution semantics: it changes whenever the same input could give another result hash.</summary>
public static class EngineVersion
{
    public const string Current = "1.0.0";
}
