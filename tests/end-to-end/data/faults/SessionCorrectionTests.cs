using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Trading.EndToEnd.Tests.Protocol;
using Trading.EndToEnd.Tests.Support;
using Trading.MarketData.Candles;
using Trading.Testing.Vendors;
using static Trading.EndToEnd.Tests.Protocol.RecordedClient;

namespace Trading.EndToEnd.Tests.Data.Faults;

/// <summary>A simulation over the store while its symbol is corrected, by an update and by an import, and a kill after that.</summary>
public sealed class SessionCorrectionTests : IAsyncLifetime, IDisposable
{
    private const int UpdateAt = 60;
    private const int ImportAt = 120;
    private const int KillAt = 180;
    private const int OrderEvery = 10;

    private readonly TemporaryFolder _folder = new();
    private readonly StubVendor _vendor = new("polygon");
    private readonly CandleColumns _whole = StoredBars.Minutes("MSFT", StoredBars.NvdaDays[3..]);
    private UpdateService _service = null!;

    private string Store => Path.Combine(_folder.Path, "storage");

    public async Task InitializeAsync()
    {
        // half an hour is missing that the vendor has: filling it changes a day that is later than the tick at which it happens
        _vendor.Put("MSFT", _whole);
        var store = StoredBars.Open(_folder.Path);
        await StoredBars.PutAsync(store, "MSFT", CandleColumns.Concat([_whole.Slice(0, 250), _whole.Slice(280, 110)]), Timeframe.OneMinute, Timeframe.Daily);
        _service = await UpdateService.StartAsync(_folder.Path, [_vendor]);
    }

    public async Task DisposeAsync()
    {
        await _service.DisposeAsync();
        await _vendor.DisposeAsync();
    }

    /// <summary>After the service has gone.</summary>
    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait("req", "OHLCV-196")]
    [Trait("req", "OHLCV-200")]
    [Trait("req", "SIM-130")]
    public async Task A_session_ends_with_the_hash_of_the_data_it_began_with_whatever_is_corrected_and_killed_meanwhile()
    {
        var calm = await UndisturbedAsync("calm");
        var first = await _service.Process.ConnectAsync();
        await first.CreateAsync("corrected", null, "MSFT");
        await first.StartAsync(new() { ["max_pending_ticks"] = 1 });
        await RunAsync(first, UpdateAt);
        await UpdateAsync();
        await RunAsync(first, ImportAt);
        await ImportAsync();
        await RunAsync(first, KillAt);
        Assert.DoesNotContain(first.All("error"), IsDataChanged);
        await _service.KillAsync();
        await first.DisposeAsync();
        await _service.RestartAsync();

        await using var second = await _service.Process.ConnectAsync();
        await second.SendAsync("resume_session", new() { ["session_id"] = "corrected", ["last_processed_sequence_id"] = KillAt - 1 });
        Assert.Equal(KillAt, (await second.SkipToAsync("state_sync"))["next_sequence_id"]!.GetValue<int>());
        await RunAsync(second, int.MaxValue);
        var warning = Assert.Single(second.All("error"), IsDataChanged);
        Assert.Equal("2024-07-16", Text((JsonObject)warning["context"]!, "changed_days"));
        Assert.Equal(calm, await HashAsync("corrected"));

        await using var later = await _service.Process.ConnectAsync();
        await later.CreateAsync("later", null, "MSFT");
        await later.StartAsync(new() { ["max_pending_ticks"] = 1 });
        await RunAsync(later, int.MaxValue);
        var context = (JsonObject)Assert.Single(later.All("error"), IsDataChanged)["context"]!;
        Assert.NotEqual(Text(context, "earlier_fingerprint"), Text(context, "fingerprint"));
        Assert.NotEqual(calm, await HashAsync("later"));
    }

    private static bool IsDataChanged(JsonObject error) => Text(error, "error_code") == "DATA_CHANGED" && Text(error, "severity") == "warning";

    private async Task<string> UndisturbedAsync(string session)
    {
        await using var client = await _service.Process.ConnectAsync();
        await client.CreateAsync(session, null, "MSFT");
        await client.StartAsync(new() { ["max_pending_ticks"] = 1 });
        await RunAsync(client, int.MaxValue);
        Assert.DoesNotContain(client.All("error"), IsDataChanged);
        return await HashAsync(session);
    }

    /// <summary>Trades now and then, and acknowledges every tick before this one; that one has come, and waits.</summary>
    private static async Task RunAsync(RecordedClient client, int until)
    {
        // a tick that came at the end of the call before is still to be dealt with
        var waiting = client.Received is [.., var last] && Type(last) == "tick" ? last : null;
        while ((waiting ?? await client.ReceiveAsync()) is { } message)
        {
            waiting = null;
            if (Type(message) != "tick") continue;
            var tick = message["data"]!["sequence_id"]!.GetValue<int>();
            if (tick >= until) return;
            if (tick % OrderEvery == 0)
            {
                var name = tick.ToString(CultureInfo.InvariantCulture);
                await client.OrderAsync("b-" + name, Market("o-" + name, tick % (2 * OrderEvery) == 0 ? "sell" : "buy", 10, "MSFT"));
                await client.SkipToAsync("batch_ack");
            }

            await client.AcknowledgeAsync(tick);
        }
    }

    private async Task UpdateAsync()
    {
        var details = await _service.UpdateAsync("""{"symbols":["MSFT"],"start_date":"2024-07-16","end_date":"2024-07-16"}""");
        Assert.Equal("""{"success":true,"candles_downloaded":390,"completeness_percentage":100.0}""", details.GetProperty("symbol_results").GetProperty("MSFT").GetRawText());
    }

    /// <summary>Other prices for the whole day, from the command line beside the running service.</summary>
    private async Task ImportAsync()
    {
        var text = new StringBuilder("timestamp_utc,open,high,low,close,volume\n");
        for (var at = 0; at < _whole.Count; at++) text.Append(CultureInfo.InvariantCulture, $"{StoredBars.Instant(_whole.Time[at])},{200 + (at % 7)},{210 + (at % 7)},190,{201 + (at % 5)},1000\n");
        var file = Path.Combine(_folder.Path, "MSFT.csv");
        await File.WriteAllTextAsync(file, text.ToString());
        var (code, output, errors) = await SimProcess.RunAsync("data", "import", "csv", file, "--store", Store);
        Assert.True(code == 0, output + errors);
        Assert.Equal("import", StoreContent.Decode(Store, "1min/MSFT/2024-07-16.parquet").Info.Provider);
    }

    private async Task<string> HashAsync(string session)
    {
        using var http = _service.Process.CreateClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", await SessionClient.TokenAsync(_service.Process.Address, _service.Process.DemoKey));
        return JsonNode.Parse(await http.GetStringAsync(new Uri($"/sessions/{session}/report", UriKind.Relative)))!["result_hash"]!.GetValue<string>();
    }
}

internal static class ServiceClients
{
    /// <summary>A connection of the demo account, ready.</summary>
    public static async Task<RecordedClient> ConnectAsync(this ServiceProcess process)
    {
        var client = new RecordedClient(await SessionClient.ConnectAsync(process.Address, await SessionClient.TokenAsync(process.Address, process.DemoKey)));
        await client.ExpectAsync("connection_ready");
        return client;
    }
}
