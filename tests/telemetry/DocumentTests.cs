using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.CompilerServices;
using Trading.Coverage;
using Trading.Diagnostics;
using Trading.Gateway.Diagnostics;
using Trading.Grains.Diagnostics;
using Trading.MarketData.Diagnostics;
using Trading.Storage.Journal;

namespace Trading.Telemetry.Tests;

/// <summary>The page that operators read says what the code measures, in the words that their tools will use.</summary>
public sealed class DocumentTests
{
    private sealed record Row(string Name, string Prometheus, string Kind, string Unit);

    [Fact]
    [Trait("req", "API-093")]
    public void The_page_lists_every_instrument_with_its_kind_and_unit_and_no_other()
    {
        var written = Rows().Select(row => (row.Name, row.Kind, row.Unit)).Order().ToArray();
        Assert.Equal(Instruments().Select(one => (one.Name, Kind(one), one.Unit ?? "")).Distinct().Order(), written);
    }

    [Fact]
    public void The_page_names_the_series_that_the_collector_makes_of_them() =>
        Assert.All(Rows(), row => Assert.Equal(Prometheus(row), row.Prometheus));

    [Fact]
    public void Every_instrument_says_what_it_measures() =>
        Assert.All(Instruments(), one => Assert.False(string.IsNullOrWhiteSpace(one.Description), one.Name));

    private static Row[] Rows() =>
    [
        .. from line in File.ReadLines(Path.Combine(CoverageTable.FindRoot(AppContext.BaseDirectory), "docs", "telemetry.md"))
           where line.StartsWith("| `trading.", StringComparison.Ordinal) || line.StartsWith("| `apirisk_", StringComparison.Ordinal)
           let cells = line.Split('|', StringSplitOptions.TrimEntries)
           select new Row(cells[1].Trim('`'), cells[2].Trim('`'), cells[3], cells[4]),
    ];

    /// <summary>All instruments of our assemblies: those of static classes, and those that the data manager makes for each host.</summary>
    private static List<Instrument> Instruments()
    {
        var found = new List<Instrument>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name.StartsWith("Trading.", StringComparison.Ordinal)) found.Add(instrument);
        };
        listener.Start();
        Assembly[] assemblies = [typeof(ApiRisk).Assembly, typeof(GatewayMetrics).Assembly, typeof(RunMetrics).Assembly, typeof(DataMetrics).Assembly, typeof(JournalMetrics).Assembly];
        foreach (var type in assemblies.SelectMany(assembly => assembly.GetTypes()).Where(type => type.GetFields(BindingFlags.Static | BindingFlags.NonPublic).Any(field => field.FieldType == typeof(Meter))))
        {
            RuntimeHelpers.RunClassConstructor(type.TypeHandle);
        }

        using var data = new DataMetrics();
        return found;
    }

    private static string Kind(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "Counter" or "ObservableCounter" => "counter",
        "UpDownCounter" or "ObservableUpDownCounter" => "up-down",
        "Histogram" => "histogram",
        _ => "gauge",
    };

    /// <summary>The rules of the OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility".</summary>
    private static string Prometheus(Row row)
    {
        var name = row.Name.Replace('.', '_');
        var suffix = row.Unit switch { "s" => "_seconds", "By" => "_bytes", "%" => "_percent", "By/d" => "_bytes_per_day", "{candle}/s" => "_per_second", _ => "" };
        if (!name.EndsWith(suffix, StringComparison.Ordinal)) name += suffix;
        return row.Kind == "counter" && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
    }
}
