using System.Text.Json;
using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.Engine.Metrics;

namespace Trading.Engine.Tests.Metrics;

public sealed class AssumptionsManifestTests
{
    private static readonly SimulationConfig Defaults = new() { Start = 0, End = 600_000_000, InitialCash = 100_000 * SimulationConfig.MoneyUnit, Seed = ulong.MaxValue };

    [Fact]
    [Trait("req", "EXEC-063")]
    public void The_manifest_names_every_model_with_its_defaults()
    {
        using var json = JsonDocument.Parse(Manifest(Defaults).ToCanonicalJson());
        var root = json.RootElement;
        Assert.Equal(EngineVersion.Current, root.GetProperty("engine_version").GetString());
        Assert.Equal("18446744073709551615", root.GetProperty("seed").GetString());
        Assert.Equal("next_open", root.GetProperty("execution").GetProperty("execution_timing").GetString());
        Assert.Equal("adaptive", root.GetProperty("execution").GetProperty("bar_path").GetString());
        Assert.Equal("through", root.GetProperty("execution").GetProperty("limit_fill").GetString());
        Assert.Equal("against_client", root.GetProperty("execution").GetProperty("price_rounding").GetString());
        Assert.Equal(JsonValueKind.Null, root.GetProperty("execution").GetProperty("max_participation").ValueKind);
        Assert.Equal("fixed_bps", root.GetProperty("slippage").GetProperty("slippage_model").GetString());
        Assert.Equal("5", root.GetProperty("slippage").GetProperty("slippage_bps").GetString());
        Assert.Equal("0.025", root.GetProperty("slippage").GetProperty("volume_limit").GetString());
        Assert.Equal("per_share", root.GetProperty("commission").GetProperty("commission_model").GetString());
        Assert.Equal("0.005", root.GetProperty("commission").GetProperty("commission_per_share").GetString());
        Assert.Equal("margin", root.GetProperty("account").GetProperty("account_type").GetString());
        Assert.Equal("1", root.GetProperty("account").GetProperty("leverage").GetString());
        Assert.Equal("100000", root.GetProperty("account").GetProperty("initial_cash").GetString());
        Assert.Equal("2024-05-22", root.GetProperty("fee_tables")[0].GetProperty("effective_date").GetString());
        var symbol = root.GetProperty("symbols")[0];
        Assert.Equal("synthetic", symbol.GetProperty("source").GetString());
        Assert.Equal("raw", symbol.GetProperty("data_version").GetString());
        Assert.Equal("1", symbol.GetProperty("calendar_version").GetString());
        Assert.Equal(64, symbol.GetProperty("fingerprint").GetString()!.Length);
    }

    [Fact]
    [Trait("req", "EXEC-063")]
    public void Every_field_of_the_configuration_is_in_the_manifest()
    {
        var plain = Manifest(Defaults).ToString();
        SimulationConfig[] changed =
        [
            Defaults with { Start = 1 }, Defaults with { End = 7 }, Defaults with { InitialCash = 1 }, Defaults with { ExtendedHours = true }, Defaults with { FractionalQuantity = true },
            Defaults with { Timing = ExecutionTiming.NextClose }, Defaults with { Path = BarPath.HighFirst }, Defaults with { LimitFill = LimitFill.Touch }, Defaults with { PenetrationTicks = 1 },
            Defaults with { LatencyMs = 1 }, Defaults with { LatencyJitterMs = 1 }, Defaults with { CancelLatencyMs = 1 }, Defaults with { SpreadRate = 1 },
            Defaults with { Slippage = SlippageModel.None }, Defaults with { SlippageRate = 1 }, Defaults with { PriceImpact = 1 }, Defaults with { VolumeLimit = 1 },
            Defaults with { VolatilityFactor = 1 }, Defaults with { VolatilityBars = 1 }, Defaults with { Commission = CommissionModel.None }, Defaults with { CommissionPerShare = 1 },
            Defaults with { CommissionMinimum = 1 }, Defaults with { CommissionMaximumRate = 1 }, Defaults with { CommissionRate = 1 }, Defaults with { CommissionFixed = 1 },
            Defaults with { RegulatoryFees = true }, Defaults with { MaxParticipation = 1 }, Defaults with { PriceRounding = PriceRounding.None }, Defaults with { Account = AccountType.Cash },
            Defaults with { Leverage = 1 }, Defaults with { MaxOrderValue = 1 }, Defaults with { MaxPositionSize = 1 }, Defaults with { MaxGrossExposure = 1 }, Defaults with { MaxDrawdown = 1 },
            Defaults with { MaxOpenOrders = 1 }, Defaults with { MaxOrdersPerMinute = 1 }, Defaults with { Seed = 1 }, Defaults with { RatioSampling = RatioSampling.PerTick },
        ];
        Assert.Equal(typeof(SimulationConfig).GetProperties().Count(property => property.CanWrite), changed.Length);
        foreach (var configuration in changed) Assert.NotEqual(plain, Manifest(configuration).ToString());
    }

    [Fact]
    [Trait("req", "EXEC-063")]
    public void Names_are_sorted_at_every_level_and_equal_manifests_give_equal_bytes()
    {
        Assert.Equal(Manifest(Defaults).ToCanonicalJson(), Manifest(Defaults with { }).ToCanonicalJson());
        using var json = JsonDocument.Parse(Manifest(Defaults).ToCanonicalJson());
        AssertSorted(json.RootElement);
    }

    [Fact]
    [Trait("req", "EXEC-063")]
    public void The_fingerprint_covers_the_bars_used_and_nothing_else()
    {
        var series = MetricsReportTests.Series(AssetClass.Equity);
        var all = DataFingerprint.Of(series, Defaults, out var bars);
        Assert.Equal(2, bars);
        var first = DataFingerprint.Of(series, Defaults with { End = 60_000_000 }, out bars);
        Assert.Equal(1, bars);
        Assert.NotEqual(all, first);
        foreach (var column in new[] { series.Open, series.High, series.Low, series.Close, series.Volume })
        {
            column[0]++;
            Assert.NotEqual(all, DataFingerprint.Of(series, Defaults, out _));
            column[0]--;
        }

        series.Close[1]++;
        Assert.Equal(first, DataFingerprint.Of(series, Defaults with { End = 60_000_000 }, out _));
    }

    [Fact]
    [Trait("req", "EXEC-063")]
    public void A_run_that_charges_regulatory_fees_names_every_row_of_their_tables()
    {
        var charged = Of(Defaults with { RegulatoryFees = true });
        Assert.Contains(new FeeTableRow("sec_section_31", "2024-05-22", "0.0000278", null), charged.FeeTables);
        Assert.Contains(new FeeTableRow("sec_section_31", "2025-05-14", "0", null), charged.FeeTables);
        Assert.Contains(new FeeTableRow("sec_section_31", "2026-04-04", "0.0000206", null), charged.FeeTables);
        Assert.Contains(new FeeTableRow("finra_taf", "2024-01-01", "0.000166", "8.3"), charged.FeeTables);
        Assert.Contains(new FeeTableRow("finra_taf", "2027-01-01", "0.000232", "11.61"), charged.FeeTables);
        Assert.Empty(Of(Defaults).FeeTables);
        Assert.Equal(2, Of(Defaults).Ticks);

        static AssumptionsManifest Of(SimulationConfig configuration) => AssumptionsManifest.Of(new Simulation(configuration, [MetricsReportTests.Series(AssetClass.Equity)]));
    }

    [Theory]
    [InlineData("0", 0, 8)]
    [InlineData("0.00000001", 1, 8)]
    [InlineData("-0.5", -50_000_000, 8)]
    [InlineData("12", 1_200_000_000, 8)]
    [InlineData("-12.34", -1234, 2)]
    [InlineData("7", 7, 0)]
    public void Fixed_point_text_is_exact(string text, long value, int decimals) => Assert.Equal(text, FixedPoint.Format(value, decimals));

    private static AssumptionsManifest Manifest(SimulationConfig configuration) =>
        AssumptionsManifest.Of(configuration, [MetricsReportTests.Series(AssetClass.Equity)], 2, [new FeeTableRow("sec_section_31", "2024-05-22", "0.0000278", null)]);

    private static void AssertSorted(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray()) AssertSorted(item);
        }

        if (element.ValueKind != JsonValueKind.Object) return;
        var names = element.EnumerateObject().Select(member => member.Name).ToArray();
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        foreach (var member in element.EnumerateObject()) AssertSorted(member.Value);
    }
}
