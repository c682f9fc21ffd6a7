using System.Text.Json;
using Trading.EndToEnd.Tests.RealBars;
using Trading.EndToEnd.Tests.Support;

namespace Trading.EndToEnd.Tests.Runs;

/// <summary>Five hundred parameter sets over real bars, on a process that is killed in the middle.</summary>
public sealed class SweepKillTests
{
    [BarsFact]
    public async Task A_sweep_of_five_hundred_sets_that_is_killed_goes_on_unasked_and_has_the_results_of_an_undisturbed_one()
    {
        await using var service = await ServiceProcess.StartAsync("--bars", PythonExample.BarsFolder, "--set", "Runs:Workers=1");
        JsonElement calm;
        List<string> expected;
        string path;
        using (var calls = RunCalls.To(service))
        {
            var undisturbed = await calls.StartAsync("/sweeps", RunCalls.FiveHundredSets, "undisturbed");
            calm = await calls.EndAsync(undisturbed);
            Assert.Equal(("completed", 500, 500), (calm.GetProperty("state").GetString(), calm.GetProperty("sets").GetProperty("total").GetInt32(), Done(calm)));
            expected = await calls.ResultsAsync(undisturbed);
            Assert.Equal(500, expected.Count);
            path = await calls.StartAsync("/sweeps", RunCalls.FiveHundredSets, "killed");
        }

        var kills = 0;
        var seen = 0;
        for (var kill = 0; kill < 3; kill++)
        {
            using var calls = RunCalls.To(service);
            var run = await calls.UntilAsync(path, one => Done(one) > seen || RunCalls.IsOver(one));
            Assert.True(Done(run) >= seen, "a stored result is gone");
            seen = Done(run);
            if (RunCalls.IsOver(run)) break;

            // partial results are those of the undisturbed run
            Assert.Empty((await calls.ResultsAsync(path)).Except(expected));
            await service.KillAsync();
            kills++;
            await service.RestartAsync();
        }

        Assert.True(kills > 0, "it ended before it could be killed");
        using var last = RunCalls.To(service);
        var ended = await last.EndAsync(path);
        Assert.Equal(("completed", 500, 0), (ended.GetProperty("state").GetString(), Done(ended), ended.GetProperty("sets").GetProperty("failed").GetInt32()));
        Assert.Equal(calm.GetProperty("sweep_hash").GetString(), ended.GetProperty("sweep_hash").GetString());
        Assert.Equal(calm.GetProperty("best").GetRawText(), ended.GetProperty("best").GetRawText());
        Assert.Equal(expected, await last.ResultsAsync(path));
        Assert.Contains("goes on: ", service.Log, StringComparison.Ordinal);

        // the request is answered with what it began, also after all that
        Assert.Equal(path, await last.StartAsync("/sweeps", RunCalls.FiveHundredSets, "killed"));
        Assert.Equal(0, await service.StopAsync());
    }

    private static int Done(JsonElement sweep) => sweep.GetProperty("sets").GetProperty("done").GetInt32();
}
