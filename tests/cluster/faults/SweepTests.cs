using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Trading.Cluster.Tests.Deployments;
using Trading.Cluster.Tests.Runs;
using Trading.Cluster.Tests.Support;
using Xunit.Abstractions;

namespace Trading.Cluster.Tests.Faults;

/// <summary>A sweep is spread over the silos that there are: they change how long it takes and nothing else.</summary>
public sealed class SweepTests(ITestOutputHelper output)
{
    private const int Sets = 500, Repeats = 5;

    /// <summary>Ten fast averages times fifty slow ones over all real minutes there are.</summary>
    private const string Sweep = """
        {"symbols":["BTCUSD","ETHUSD","EURUSD","NZDUSD"],"start":"2014-05-01T00:00:00Z","end":"2018-05-01T00:00:00Z","initial_cash":"10000000.00","slippage_bps":1,
         "strategy":{"name":"sma_cross","fast":{"from":5,"to":50,"step":5},"slow":{"from":55,"to":545,"step":10},"quantity":"100","short":true},"execution":{"latency_ms":200}}
        """;

    /// <summary>One thread each, so that a silo more is a thread more.</summary>
    private static readonly Dictionary<string, string> OneWorker = new(StringComparer.Ordinal) { ["TRADING_Runs__Workers"] = "1" };

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [ClusterFact]
    public async Task A_sweep_of_500_sets_has_the_same_results_on_one_two_and_three_silos()
    {
        await using var cluster = await SiloCluster.StartAsync(silos: 1, gateways: 1, OneWorker);
        var account = await Account.CreateAsync(cluster);
        using var http = new HttpClient { BaseAddress = cluster.Gateways[0], Timeout = TimeSpan.FromSeconds(30) };
        http.DefaultRequestHeaders.Authorization = new("Bearer", await account.TokenAsync(cluster.Gateways[0]));
        var expected = await RunAsync(http);
        TimeSpan alone = default;
        for (var silos = 1; silos <= 3; silos++)
        {
            if (silos > 1)
            {
                await cluster.StartSiloAsync();

                // a new process reads the bars and compiles: that is measured with nobody
                await RunAsync(http);
            }

            var times = new List<TimeSpan>();
            for (var repeat = 0; repeat < Repeats; repeat++)
            {
                var (hash, results, time) = await RunAsync(http);
                Assert.Equal(expected.Hash, hash);
                Assert.Equal(expected.Results, results);
                times.Add(time);
            }

            times.Sort();
            var median = times[Repeats / 2];
            if (silos == 1) alone = median;
            output.WriteLine(Figures.Write(
                "sweep.md",
                "| silos, one worker each | median of five | fastest | of the time of one silo | load |\n|---|---|---|---|---|",
                string.Create(CultureInfo.InvariantCulture, $"| {silos} | {Figures.Text(median)} | {Figures.Text(times[0])} | {median / alone:0.00} | {Figures.Load} |")));
        }
    }

    /// <summary>Runs the sweep to its end; the time is the service's own.</summary>
    private static async Task<(string Hash, string Results, TimeSpan Time)> RunAsync(HttpClient http)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var content = new StringContent(Sweep, System.Text.Encoding.UTF8, "application/json");
        using var begun = await http.PostAsync(new Uri("/sweeps", UriKind.Relative), content, patience.Token);
        Assert.True(begun.StatusCode == HttpStatusCode.Accepted, await begun.Content.ReadAsStringAsync(patience.Token));
        var id = (await begun.Content.ReadFromJsonAsync<JsonElement>(patience.Token)).GetProperty("id").GetString();
        JsonElement sweep;
        do
        {
            await Task.Delay(100, patience.Token);
            sweep = await http.GetFromJsonAsync<JsonElement>(new Uri($"/sweeps/{id}", UriKind.Relative), patience.Token);
        }
        while (sweep.GetProperty("state").GetString() is "queued" or "running");

        Assert.Equal("completed", sweep.GetProperty("state").GetString());
        Assert.Equal((Sets, 0), (sweep.GetProperty("sets").GetProperty("done").GetInt32(), sweep.GetProperty("sets").GetProperty("failed").GetInt32()));
        var page = await http.GetFromJsonAsync<JsonElement>(new Uri($"/sweeps/{id}/results?page_size={Sets}", UriKind.Relative), patience.Token);
        var results = page.GetProperty("results");
        Assert.Equal(Sets, results.GetArrayLength());
        return (sweep.GetProperty("sweep_hash").GetString()!, results.GetRawText(), At(sweep, "ended_at") - At(sweep, "created_at"));
    }

    private static DateTime At(JsonElement sweep, string name) => sweep.GetProperty(name).GetDateTime();
}
