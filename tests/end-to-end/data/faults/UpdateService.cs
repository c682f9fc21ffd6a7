using System.Net;
using System.Text;
using System.Text.Json;
using Trading.EndToEnd.Tests.Support;
using Trading.Testing.Vendors;

namespace Trading.EndToEnd.Tests.Data.Faults;

/// <summary>The real service over a folder, with vendors in this process whose keys it has from its environment, and a client of its data routes.</summary>
internal sealed class UpdateService : IAsyncDisposable
{
    private readonly HttpClient _http;

    private UpdateService(ServiceProcess process)
    {
        Process = process;
        _http = process.CreateClient();
        _http.DefaultRequestHeaders.Add("X-API-Key", process.DemoKey);
    }

    public ServiceProcess Process { get; }

    /// <summary>Sections of the settings by the names that providers have on the wire.</summary>
    private static string Section(StubVendor vendor) => vendor.Name switch { "polygon" => "Polygon", "financial_modeling_prep" => "FinancialModelingPrep", "tiingo" => "Tiingo", _ => "Alpaca" };

    /// <summary>Addresses and keys of vendors as environment variables, for the service and for the command line.</summary>
    public static Dictionary<string, string> Environment(params StubVendor[] vendors) => vendors
        .SelectMany(vendor => new (string Name, string Value)[] { ("BaseUrl", vendor.BaseUrl), ("ApiKey", vendor.Key) }.Select(entry => ($"TRADING_Data__Providers__{Section(vendor)}__{entry.Name}", entry.Value)))
        .ToDictionary(entry => entry.Item1, entry => entry.Value);

    /// <param name="folder">Data folder; stays.</param>
    /// <param name="vendors">Those that have a key.</param>
    /// <param name="settings">Further settings; of one that is named twice the last one counts.</param>
    public static async Task<UpdateService> StartAsync(string folder, StubVendor[] vendors, params string[] settings)
    {
        // bars of another provider from files: the store is not filled with the demo's
        var noBars = Directory.CreateDirectory(Path.Combine(folder, "no-bars", "minute")).Parent!.FullName;
        string[] arguments =
        [
            "--bars", "iex=" + noBars,
            .. new[] { "Data:Providers:PolygonRequestsPerMinute=100000", "Data:Providers:FinancialModelingPrep:RequestsPerMinute=100000", "Data:Providers:Tiingo:RequestsPerMinute=100000", "Data:Providers:FirstPauseSeconds=0.01", "Data:Providers:LongestPauseSeconds=0.08", "Data:Nightly:Schedule=false" }
                .Concat(settings).SelectMany(setting => new[] { "--set", setting }),
        ];
        return new(await ServiceProcess.StartOnAsync(folder, Environment(vendors), arguments));
    }

    public async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _http.SendAsync(request);
        return (answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement);
    }

    public async Task<JsonElement> GetAsync(string path)
    {
        var (status, body) = await SendAsync(HttpMethod.Get, path);
        Assert.True(status == HttpStatusCode.OK, $"{path}: {status} {body}");
        return body;
    }

    /// <summary>Starts an update and returns its id.</summary>
    public async Task<string> BeginAsync(string body)
    {
        var (status, answer) = await SendAsync(HttpMethod.Post, "/nightly-update/start", body);
        Assert.True(status == HttpStatusCode.OK, $"{body}: {status} {answer}");
        return answer.GetProperty("request_id").GetString()!;
    }

    /// <summary>Asks for the status until the update is over; <paramref name="seen"/> gets every answer.</summary>
    public async Task<JsonElement> EndOfAsync(string id, Action<JsonElement>? seen = null)
    {
        while (true)
        {
            var status = await GetAsync("/nightly-update/status/" + id);
            seen?.Invoke(status);
            if (status.GetProperty("is_complete").GetBoolean()) return status;
        }
    }

    /// <summary>Runs an update to its end and returns its details.</summary>
    public async Task<JsonElement> UpdateAsync(string body)
    {
        var id = await BeginAsync(body);
        await EndOfAsync(id);
        return await GetAsync($"/nightly-update/status/{id}/details");
    }

    /// <summary>The data part of <c>/health</c> as soon as it says what is looked for; at most one look in five seconds is new.</summary>
    public async Task<JsonElement> HealthAsync(Func<JsonElement, bool> isExpected)
    {
        JsonElement data = default;
        for (var attempt = 0; attempt < 20; attempt++)
        {
            data = JsonDocument.Parse(await _http.GetStringAsync(new Uri("/health", UriKind.Relative))).RootElement.GetProperty("data");
            if (data.GetProperty("checked_at").ValueKind != JsonValueKind.Null && isExpected(data)) return data;
            await Task.Delay(TimeSpan.FromSeconds(1));
        }

        throw new Xunit.Sdk.XunitException($"health never said it: {data}");
    }

    /// <summary>Waits for an entry of the log, which comes a moment after what it tells of.</summary>
    public async Task LoggedAsync(int number)
    {
        for (var attempt = 0; !Process.Log.Contains($"\"EventId\":{number},", StringComparison.Ordinal); attempt++)
        {
            Assert.True(attempt < 200, $"{number} was never logged:\n{Process.Log}");
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }
    }

    public async Task KillAsync() => await Process.KillAsync();

    public async Task RestartAsync() => await Process.RestartAsync();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Process.DisposeAsync();
    }
}
