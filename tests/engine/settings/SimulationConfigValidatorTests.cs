using Trading.Engine.Configuration;
using Trading.Engine.Tests.Scenario;
using static Trading.Engine.Tests.Scenario.Market;

namespace Trading.Engine.Tests.Settings;

public sealed class SimulationConfigValidatorTests
{
    public static TheoryData<string, SimulationConfig> Wrong => new()
    {
        { "End", Plain with { End = Plain.Start } },
        { "InitialCash", Plain with { InitialCash = 0 } },
        { "Timing", Plain with { Timing = (ExecutionTiming)9 } },
        { "PenetrationTicks", Plain with { PenetrationTicks = 1001 } },
        { "PenetrationTicks", Plain with { PenetrationTicks = 1, LimitFill = LimitFill.Touch } },
        { "LatencyMs", Plain with { LatencyMs = -1 } },
        { "LatencyJitterMs", Plain with { LatencyJitterMs = 86_400_001 } },
        { "CancelLatencyMs", Plain with { CancelLatencyMs = -1 } },
        { "SlippageRate", Plain with { SlippageRate = SimulationConfig.RateUnit + 1 } },
        { "VolatilityBars", Plain with { VolatilityBars = 0 } },
        { "CommissionMinimum", Plain with { CommissionMinimum = -1 } },
        { "MaxParticipation", Plain with { MaxParticipation = 0 } },
        { "Leverage", Plain with { Leverage = 101 * SimulationConfig.RateUnit } },
        { "MaxDrawdown", Plain with { MaxDrawdown = 0 } },
        { "MaxOpenOrders", Plain with { MaxOpenOrders = 0 } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_setting_names_itself_its_value_and_the_rule(string setting, SimulationConfig config)
    {
        var series = Minutes("A", Open, (1, 1, 1, 1, 1));
        var fault = Assert.Single(SimulationConfigValidator.Validate(config, [series]));
        Assert.Equal(setting, fault.Setting);
        Assert.NotEmpty(fault.Rule);
        var message = Assert.Throws<ArgumentException>(() => new Simulation(config, [series])).Message;
        Assert.Contains($"{setting} = {fault.Value}: {fault.Rule}", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_faults_are_all_told() =>
        Assert.Equal(["End", "LatencyMs", "series"], SimulationConfigValidator.Validate(Plain with { End = 0, LatencyMs = -1 }, []).Select(fault => fault.Setting));

    [Fact]
    public void A_symbol_is_named_once() =>
        Assert.Equal("series", Assert.Single(SimulationConfigValidator.Validate(Plain, [Minutes("A", Open, (1, 1, 1, 1, 1)), Minutes("A", Open, (1, 1, 1, 1, 1))])).Setting);
}
