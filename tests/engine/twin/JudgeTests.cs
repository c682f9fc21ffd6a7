using System.Globalization;

namespace Trading.Engine.Tests.Twin;

public sealed class JudgeTests
{
    private const int DefaultCommands = 100_000;

    private static readonly SimulationFactory Engine = (config, series) => new Simulation(config, series);

    [Fact]
    [Trait("req", "EXEC-054")]
    public void Engine_and_twin_agree_after_every_command_and_every_tick()
    {
        if (Number("TRADING_SEED") is { } only)
        {
            Judge.Run(WorkloadGenerator.Generate(only), Engine);
            return;
        }

        var (commands, events) = (0, 0);
        for (var seed = 1; commands < (Number("TRADING_COMMANDS") ?? DefaultCommands); seed++)
        {
            var workload = WorkloadGenerator.Generate(seed);
            events += Judge.Run(workload, Engine);
            commands += workload.Commands;
        }

        Assert.True(events > commands, "the workload does too little to judge anything");
    }

    private static int? Number(string variable) => int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var value) ? value : null;
}
