using Microsoft.Extensions.DependencyInjection;
using Trading.GrainInterfaces.Data;
using Trading.Grains.Tests.Data;

namespace Trading.Grains.Tests.Cluster;

/// <summary>A reminder service in memory, as a silo of its own has, forgets with the silo; what the stored states say must be enough.</summary>
public class LostReminderTests
{
    [Fact]
    [Trait("req", "OHLCV-129")]
    public async Task An_update_that_goes_on_after_a_restart_has_its_reminder_again()
    {
        var states = new DataStates();
        string update;
        await using (var first = await DataHost.StartAsync(states: states, settings: options => options.Nightly.MaxConcurrentSymbols = 1))
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            first.Vendor.Gate = request =>
            {
                if (request.Symbol != "B") return Task.CompletedTask;
                // from here on nothing is stored any more: the silo is lost
                states.Plan = _ => (true, false);
                reached.TrySetResult();
                return Task.CompletedTask;
            };
            update = (await first.Updates.Start(DataHost.Request("2024-07-15", "2024-07-15", "A", "B", "C"), default)).RequestId;
            await reached.Task.WaitAsync(TimeSpan.FromMinutes(1));
        }

        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var second = await DataHost.StartAsync(states: states.Copy(), vendor: vendor => vendor.Gate = _ => gate.Task);
        var reminders = second.Services.GetRequiredService<IReminderTable>();
        var grain = second.Client.GetGrain<IDataUpdateGrain>(update);
        Assert.Empty((await reminders.ReadRows(grain.GetGrainId())).Reminders);
        await second.Updates.EnsureSchedule(default);
        Assert.Equal("resume", Assert.Single((await reminders.ReadRows(grain.GetGrainId())).Reminders).ReminderName);
        gate.SetResult();
        Assert.Equal(UpdateState.Completed, (await second.EndAsync(update)).State);
    }
}
