using Trading.Cluster.Tests.Deployments;
using Trading.Cluster.Tests.Runs;
using Trading.Cluster.Tests.Support;
using Xunit.Abstractions;

namespace Trading.Cluster.Tests.Faults;

/// <summary>
/// Twenty sessions at a time on the process that is everything: whatever happens to it or to its database, every session ends as it would have ended undisturbed.
/// The same harness and clients drive the cluster; here they run with either actor runtime.
/// </summary>
public sealed class AllInOneFaultTests(ITestOutputHelper output)
{
    private static readonly FleetShape Shape = new(Sessions: 20, Ticks: 200, Pace: TimeSpan.FromMilliseconds(10));

    [FilesFact]
    [Trait("req", "SIM-130")]
    [Trait("req", "SIM-258")]
    public async Task On_files_every_session_survives_the_death_of_the_process()
    {
        await using var service = await AllInOne.StartAsync(postgres: false);
        var (fleet, undisturbed) = await PrepareAsync(service);
        await DisturbAsync(service, fleet, undisturbed, "killed", "files: `kill -9`", service.KillAndRestartAsync);
    }

    [PostgresFact]
    [Trait("req", "SIM-130")]
    [Trait("req", "SIM-258")]
    [Trait("req", "SIM-120")]
    public async Task On_PostgreSQL_every_session_survives_the_death_and_the_end_of_the_process_and_restarts_of_the_database()
    {
        await using var service = await AllInOne.StartAsync(postgres: true);
        var (fleet, undisturbed) = await PrepareAsync(service);
        await DisturbAsync(service, fleet, undisturbed, "killed", "PostgreSQL: `kill -9`", service.KillAndRestartAsync);
        await DisturbAsync(service, fleet, undisturbed, "stopped", "PostgreSQL: SIGTERM", service.StopAndRestartAsync);
        await DisturbAsync(service, fleet, undisturbed, "fast", "PostgreSQL: restart of the database, fast", () => RestartDatabaseAsync(service, immediate: false));
        await DisturbAsync(service, fleet, undisturbed, "immediate", "PostgreSQL: restart of the database, immediate", () => RestartDatabaseAsync(service, immediate: true));
    }

    private static async Task<(Fleet Fleet, FleetRun Undisturbed)> PrepareAsync(AllInOne service)
    {
        var fleet = new Fleet(service, [await Account.CreateAsync(service), await Account.CreateAsync(service)], Shape);
        var undisturbed = await fleet.RunAsync("calm");
        undisturbed.MustBeWorthIt();
        undisturbed.MustEqual(undisturbed);
        return (fleet, undisturbed);
    }

    private static Task RestartDatabaseAsync(AllInOne service, bool immediate)
    {
        service.Server!.Stop(immediate);
        service.Server.Restart();
        return Task.CompletedTask;
    }

    private async Task DisturbAsync(AllInOne service, Fleet fleet, FleetRun undisturbed, string name, string fault, Func<Task> happen)
    {
        var run = await fleet.RunAsync(name, happen);
        output.WriteLine(Figures.WriteInterruptions("all-in-one.md", fault, run));
        run.MustEqual(undisturbed);
        await OrderReads.MustHoldAsync(service, run, perSession: 10);
        if (service.Database is not { } database) return;
        await JournalReads.MustHoldAsync(database, run);
        await ReadModelReads.MustHoldAsync(database, run);
    }
}
