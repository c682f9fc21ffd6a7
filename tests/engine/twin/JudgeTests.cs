using System.Globalization;

namespace Trading.Engine.Tests.Twin;

/// <summary><c>TRADING_SEED=n</c> judges that seed alone, <c>TRADING_COMMANDS=n</c> changes how many commands a run takes.</summary>
public sealed class JudgeTests
{
    private const int DefaultCommands = 100_000;
    private const int SeedsPerInterruptedOne = 3;
    private const int TieSeeds = 60;

    [Fact]
    [Trait("req", "EXEC-050")]
    [Trait("req", "EXEC-054")]
    [Trait("req", "EXEC-055")]
    [Trait("req", "EXEC-060")]
    [Trait("req", "EXEC-062")]
    [Trait("req", "EXEC-063")]
    public void Engine_and_twin_agree_after_every_command_and_every_tick_interrupted_or_not()
    {
        if (Number("TRADING_SEED") is { } only)
        {
            Reproduction.Judge(WorkloadGenerator.Generate(only), interrupted: false);
            Reproduction.Judge(WorkloadGenerator.Generate(only), interrupted: true);
            return;
        }

        var (commands, events) = (0, 0);
        for (var seed = 1; commands < (Number("TRADING_COMMANDS") ?? DefaultCommands); seed++)
        {
            var workload = WorkloadGenerator.Generate(seed);
            events += Reproduction.Judge(workload, interrupted: seed % SeedsPerInterruptedOne == 0);
            commands += workload.Commands;
        }

        Assert.True(events > commands, "the workload does too little to judge anything");
    }

    [Fact]
    [Trait("req", "EXEC-054")]
    public void They_agree_when_nearly_everything_happens_at_the_same_instant_and_price()
    {
        for (var seed = 1; seed <= TieSeeds; seed++) Reproduction.Judge(WorkloadGenerator.GenerateTies(seed), interrupted: seed % SeedsPerInterruptedOne == 0);
    }

    private static int? Number(string variable) => int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var value) ? value : null;
}
