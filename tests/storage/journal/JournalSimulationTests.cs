namespace Trading.Storage.Tests.Journal;

public sealed class JournalSimulationTests
{
    [Theory]
    [Trait("req", "SIM-130")]
    [InlineData(0, 60)]
    [InlineData(1000, 60)]
    [InlineData(2000, 60)]
    [InlineData(3000, 60)]
    public async Task No_acknowledged_record_is_lost_or_doubled_and_every_call_is_all_or_nothing_under_faults_and_crashes(int firstSeed, int count)
    {
        int acknowledged = 0, uncertain = 0, crashes = 0, removed = 0, torn = 0;
        for (var seed = firstSeed; seed < firstSeed + count; seed++)
        {
            var simulation = new JournalSimulation(seed);
            await simulation.RunAsync(rounds: 120);
            acknowledged += simulation.Acknowledged;
            uncertain += simulation.Uncertain;
            crashes += simulation.Crashes;
            removed += simulation.SegmentsRemoved;
            torn += simulation.TornTails;
        }
        // The faults must really have happened, else the run proves nothing.
        Assert.True(acknowledged > count * 100, $"{acknowledged} acknowledged");
        Assert.True(uncertain > count, $"{uncertain} uncertain");
        Assert.True(crashes > count * 5, $"{crashes} crashes");
        Assert.True(removed > count, $"{removed} segments removed");
        Assert.True(torn > 0, $"{torn} torn tails");
    }
}
