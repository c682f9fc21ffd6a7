using System.Text.Json.Nodes;
using Trading.EndToEnd.Tests.Support;

namespace Trading.EndToEnd.Tests.RealBars;

/// <summary>The real process is killed at random moments, started again on the same data, and the client resumes: nothing may show.</summary>
public sealed class KillTests
{
    private const int Kills = 50;

    [RealBarsFact]
    [Trait("req", "SIM-130")]
    [Trait("req", "SIM-258")]
    [Trait("req", "SIM-265")]
    [Trait("req", "EXEC-063")]
    public async Task A_run_with_fifty_kills_has_the_fills_and_the_hash_of_an_undisturbed_one()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("TRADING_SEED"), out var given) ? given : 20261120;
        var random = new Random(seed);
        await using var service = await ServiceProcess.StartAsync("--bars", PythonExample.BarsFolder);
        var undisturbed = await RunAsync(service, "calm", "--window", "50");

        // on a busy machine fifty starts take minutes, and the service lives for a moment between them: the client must not give up before the end
        var run = RunAsync(service, "killed", "--window", "1", "--retries", "1000");
        var kills = 0;
        while (kills < Kills && !run.IsCompleted)
        {
            // the moment is what the test is about: anywhere in the handshake, the resume or the run
            await Task.Delay(random.Next(20, 220));
            if (run.IsCompleted) break;
            await service.KillAsync();
            kills++;
            await service.RestartAsync();
        }

        var killed = await run;
        Assert.True(kills == Kills, $"seed {seed}: the run ended after {kills} kills");
        Assert.True(killed["reconnects"]!.GetValue<int>() > 0);
        Assert.Equal(Executions(undisturbed), Executions(killed));
        Assert.Equal(undisturbed["report"]!["result_hash"]!.GetValue<string>(), killed["report"]!["result_hash"]!.GetValue<string>());
        Assert.Equal(undisturbed["result"]!["final_equity"]!.GetValue<string>(), killed["result"]!["final_equity"]!.GetValue<string>());
    }

    private static Task<JsonObject> RunAsync(ServiceProcess service, string session, params string[] arguments) =>
        PythonExample.RunAsync(service.Address, service.DemoKey, "EURUSD", [.. arguments, "--session-id", session, "--quantity", "10000", "--cash", "10000000", "--short",
            "--execution", """{"seed": 7, "latency_ms": 300, "latency_jitter_ms": 400}"""]);

    /// <summary>Fills in order of execution; each id once.</summary>
    private static List<string> Executions(JsonObject run)
    {
        var fills = run["fills"]!.AsArray().Select(fill => (Number: int.Parse(fill!["execution_id"]!.GetValue<string>()[2..], System.Globalization.CultureInfo.InvariantCulture), Text: fill.ToJsonString())).OrderBy(fill => fill.Number).ToList();
        Assert.Equal(fills.Count, fills.Select(fill => fill.Number).Distinct().Count());
        return fills.ConvertAll(fill => fill.Text);
    }
}
