using System.Net;
using System.Text;
using System.Text.Json;
using Trading.EndToEnd.Tests.RealBars;
using Trading.EndToEnd.Tests.Support;

namespace Trading.EndToEnd.Tests.Runs;

/// <summary>A test that needs the real bars; without them it is skipped and says why.</summary>
public sealed class BarsFactAttribute : FactAttribute
{
    public BarsFactAttribute()
    {
        if (!File.Exists(PythonExample.Bars("EURUSD"))) Skip = "the real bars are not beside the project (../shared/data)";
    }
}

/// <summary>Calls of one user to a service, as curl makes them.</summary>
internal sealed class RunCalls(Uri address, string key) : IDisposable
{
    /// <summary>25 fast averages times 20 slow ones.</summary>
    internal const string FiveHundredSets = """
        {"symbols":["EURUSD"],"start":"2014-05-01T00:00:00Z","end":"2014-05-16T00:00:00Z","initial_cash":"100000","slippage_bps":1,"execution":{"latency_ms":200,"latency_jitter_ms":300},
         "strategy":{"fast":{"from":4,"to":100,"step":4},"slow":{"from":105,"to":200,"step":5},"quantity":"10000","short":true}}
        """;

    private readonly HttpClient _http = new() { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };

    internal async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpMethod method, string path, string? body = null, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Headers.Add("X-API-Key", key);
        if (idempotencyKey is not null) request.Headers.Add("Idempotency-Key", idempotencyKey);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _http.SendAsync(request);
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement);
    }

    internal async Task<JsonElement> GetAsync(string path)
    {
        var (status, body) = await SendAsync(HttpMethod.Get, path);
        Assert.True(status == HttpStatusCode.OK, $"{path}: {status} {body}");
        return body;
    }

    /// <summary>Starts a run and returns its path.</summary>
    internal async Task<string> StartAsync(string route, string body, string? idempotencyKey = null)
    {
        var (status, answer) = await SendAsync(HttpMethod.Post, route, body, idempotencyKey);
        Assert.True(status is HttpStatusCode.Accepted or HttpStatusCode.OK, $"{status} {answer}");
        return $"{route}/{answer.GetProperty("id").GetString()}";
    }

    internal async Task<JsonElement> UntilAsync(string path, Func<JsonElement, bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        while (true)
        {
            var run = await GetAsync(path);
            if (holds(run)) return run;
            await Task.Delay(2, patience.Token);
        }
    }

    internal Task<JsonElement> EndAsync(string path) => UntilAsync(path, IsOver);

    internal static bool IsOver(JsonElement run) => run.GetProperty("state").GetString() is "completed" or "cancelled" or "failed";

    /// <summary>All results in order of their numbers, as they are written.</summary>
    internal async Task<List<string>> ResultsAsync(string path)
    {
        var results = new List<string>();
        for (var page = 1; ; page++)
        {
            var answer = await GetAsync($"{path}/results?page={page}&page_size=200");
            results.AddRange(answer.GetProperty("results").EnumerateArray().Select(result => result.GetRawText()));
            if (!answer.GetProperty("pagination").GetProperty("has_next").GetBoolean()) return results;
        }
    }

    public void Dispose() => _http.Dispose();

    internal static RunCalls To(ServiceProcess service) => new(service.Address, service.DemoKey);
}
