using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Trading.EndToEnd.Tests.Support;
using Trading.MarketData.Candles;
using Trading.Testing.Vendors;

namespace Trading.EndToEnd.Tests.Data;

[CollectionDefinition(Name)]
public sealed class DataTests : ICollectionFixture<DataService>
{
    public const string Name = "data";
}

/// <summary>One service over a filled store, with a vendor of its own, shared by the tests of this folder.</summary>
public sealed class DataService : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly StubVendor _vendor = new("polygon");
    private HttpClient? _http;

    /// <summary>The stored minutes of NVDA: four days.</summary>
    internal CandleColumns Nvda { get; } = StoredBars.Minutes("NVDA", StoredBars.NvdaDays);

    /// <summary>What the vendor has of MSFT and KO: the two days of July.</summary>
    internal CandleColumns Msft { get; } = StoredBars.Minutes("MSFT", StoredBars.NvdaDays[2..]);

    internal StubVendor Vendor => _vendor;

    internal ServiceProcess Process { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var store = StoredBars.Open(_folder.Path);
        await StoredBars.PutAsync(store, "NVDA", Nvda, Timeframe.OneMinute, Timeframe.OneHour, Timeframe.TwoHours, Timeframe.Daily);
        await StoredBars.PutAsync(store, "SPY", StoredBars.Minutes("SPY", StoredBars.NvdaDays), Timeframe.Daily);
        await StoredBars.PutAsync(store, "GBPUSD", StoredBars.Minutes("GBPUSD", ("2024-07-16", "00:00", 1_440)), Timeframe.OneMinute);
        await StoredBars.PutAsync(store, "BTC-USD", StoredBars.Minutes("BTC-USD", ("2024-07-15", "23:58", 4)), Timeframe.OneMinute);

        // 19:30 in New York: after hours of the sixth of February, although it is the seventh in UTC
        await StoredBars.PutAsync(store, "TSLA", StoredBars.Minutes("TSLA", ("2024-02-07", "00:30", 1), ("2024-02-07", "14:30", 1)), Timeframe.OneMinute);
        await StoredBars.PutAsync(store, "LAST", StoredBars.Minutes("LAST", LastTradingDay()), Timeframe.OneMinute);
        _vendor.Put("MSFT", Msft);
        _vendor.Put("KO", StoredBars.Minutes("KO", StoredBars.NvdaDays[2..]));
        Process = await ServiceProcess.StartOnAsync(_folder.Path, Arguments(_vendor.BaseUrl, _vendor.Key));
        _http = Process.CreateClient();
        _http.DefaultRequestHeaders.Add("X-API-Key", Process.DemoKey);
    }

    public async Task DisposeAsync()
    {
        _http?.Dispose();
        if (Process is not null) await Process.DisposeAsync();
        await _vendor.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Settings of a service that asks a vendor at this address and does nothing by itself.</summary>
    internal static string[] Arguments(string vendorUrl, string vendorKey, params string[] more) =>
    [
        .. new[]
        {
            $"Data:Providers:Polygon:BaseUrl={vendorUrl}", $"Data:Providers:Polygon:ApiKey={vendorKey}", "Data:Providers:PolygonRequestsPerMinute=100000",
            "Data:Providers:Retries=0", "Data:Nightly:Schedule=false", "Data:Nightly:DefaultSymbols:0=AAA", "Data:Nightly:DefaultSymbols:1=BBB",
        }.Concat(more).SelectMany(setting => new[] { "--set", setting }),
    ];

    internal async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _http!.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, JsonDocument.Parse(text).RootElement);
    }

    internal async Task<JsonElement> GetAsync(string path)
    {
        var (status, body) = await SendAsync(HttpMethod.Get, path);
        Assert.True(status == HttpStatusCode.OK, $"{path}: {status} {body}");
        return body;
    }

    internal async Task<JsonElement> PostAsync(string path, string body)
    {
        var (status, answer) = await SendAsync(HttpMethod.Post, path, body);
        Assert.True(status == HttpStatusCode.OK, $"{path}: {status} {answer}");
        return answer;
    }

    /// <summary>Waits for the end of an update, with everything seen on the way.</summary>
    internal async Task<IReadOnlyList<JsonElement>> FollowAsync(string requestId)
    {
        var seen = new List<JsonElement>();
        do seen.Add(await GetAsync("/nightly-update/status/" + requestId));
        while (!seen[^1].GetProperty("is_complete").GetBoolean());
        return seen;
    }

    internal static string[] Names(JsonElement element) => [.. element.EnumerateObject().Select(property => property.Name)];

    /// <summary>The last trading day up to today, whole, so that its symbol is not stale at any time of any day.</summary>
    private static (string Date, string Open, int Minutes) LastTradingDay()
    {
        var rules = StoredBars.Markets["LAST"];
        var day = DateOnly.FromDateTime(DateTime.UtcNow);
        while (rules.IndexOf(day) < 0) day = day.AddDays(-1);
        return (day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), "15:00", 5);
    }
}
