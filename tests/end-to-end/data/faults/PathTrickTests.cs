using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Trading.EndToEnd.Tests.Support;
using Trading.MarketData.Candles;
using Trading.Testing.Vendors;
using static Trading.EndToEnd.Tests.Protocol.RecordedClient;

namespace Trading.EndToEnd.Tests.Data.Faults;

/// <summary>Symbols that would be paths, at every place where a symbol comes in: each is refused, and nothing outside the store is read or written.</summary>
public sealed class PathTrickTests
{
    private static readonly string[] Tricks =
    [
        "..", "../secret", "../../secret", "/etc/passwd", "..\\secret", "%2e%2e%2fsecret", "%2e%2e/%2e%2e/secret", "%252e%252e%252fsecret", "NVDA/../../secret", "NVDA/..", "./NVDA", ".NVDA", "NVDA.", "NVDA..",
        "NVDA%00", "NVDA\0.parquet", "NV\nDA", "~root", "NVDA~1", "C:NVDA", "NVDA;ls", "$HOME", "*", "A\u200bA", "ＮＶＤＡ", "", " ",
        "NVDA/2024-07-16.parquet",
    ];

    [Fact]
    [Trait("req", "OHLCV-034")]
    [Trait("req", "OHLCV-059")]
    public async Task Symbols_that_would_be_paths_are_refused_by_rest_sessions_and_command_line_and_touch_nothing()
    {
        using var folder = new TemporaryFolder();
        var data = Path.Combine(folder.Path, "data");
        var store = Path.Combine(data, "storage");
        await using var vendor = new StubVendor("polygon");
        await StoredBars.PutAsync(StoredBars.Open(data), "NVDA", StoredBars.Minutes("NVDA", StoredBars.NvdaDays[3..]), Timeframe.OneMinute);

        // what would be read by a path that leaves its folder: a file that is as good as any
        foreach (var place in new[] { Path.Combine(store, "candles", "secret"), Path.Combine(store, "secret"), Path.Combine(data, "secret") })
        {
            Directory.CreateDirectory(place);
            File.Copy(Path.Combine(store, "candles", "1min", "NVDA", "2024-07-16.parquet"), Path.Combine(place, "2024-07-16.parquet"));
        }

        await using var service = await UpdateService.StartAsync(data, [vendor]);
        var before = Listing(folder.Path);
        foreach (var trick in Tricks)
        {
            await AssertRefusedInPathAsync(service, trick);
            await AssertRefusedInBodyAsync(service, "/nightly-update/start", $$"""{"symbols":["NVDA",{{JsonSerializer.Serialize(trick)}}],"start_date":"2024-07-16","end_date":"2024-07-16"}""");
            await AssertRefusedInBodyAsync(service, "/data-analysis/completeness", $$"""{"symbols":[{{JsonSerializer.Serialize(trick)}}],"start_date":"2024-07-16","end_date":"2024-07-16"}""");
            await AssertRefusedInSessionAsync(service, trick);
        }

        foreach (var trick in new[] { "../secret", "%2e%2e%2fsecret" }) await AssertRefusedByCommandLineAsync(folder.Path, store, trick);
        Assert.Equal(before, Listing(folder.Path));
        Assert.Empty(vendor.Requests);
        Assert.Equal("""["NVDA"]""", (await service.GetAsync("/trading-data/symbols")).GetRawText());
    }

    /// <summary>Sent as it is: no client library between that would take dots out of a path.</summary>
    private static async Task AssertRefusedInPathAsync(UpdateService service, string trick)
    {
        var raw = trick.Contains('%', StringComparison.Ordinal) || trick.All(character => character is '.' or '/' || char.IsAsciiLetterOrDigit(character)) ? trick : Uri.EscapeDataString(trick);
        // a dot for the same folder is taken out by the server, as every server does: what is left is a symbol
        foreach (var form in new[] { raw, Uri.EscapeDataString(trick) }.Distinct().Where(form => !form.StartsWith("./", StringComparison.Ordinal)))
        {
            var (status, body) = await SendRawAsync(service, "/trading-data/data/" + form);
            Assert.True(status is 400 or 404 or 422, $"'{form}' in the path: {status} {body}");
            Assert.DoesNotContain("candles", body, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", body, StringComparison.Ordinal);

            // what reaches the route is refused by it; what the server itself refuses or takes for another address has no body or no such code
            if (status == 422) Assert.Equal("INVALID_SYMBOL", JsonDocument.Parse(body).RootElement.GetProperty("error_code").GetString());
        }
    }

    private static async Task AssertRefusedInBodyAsync(UpdateService service, string path, string body)
    {
        var (status, answer) = await service.SendAsync(HttpMethod.Post, path, body);
        Assert.True(status == HttpStatusCode.UnprocessableEntity && answer.GetProperty("error_code").GetString() == "INVALID_SYMBOL", $"{path} {body}: {status} {answer}");
    }

    private static async Task AssertRefusedInSessionAsync(UpdateService service, string trick)
    {
        await using var client = await service.Process.ConnectAsync();
        await client.SendAsync("create_session", Session("trick", trick));
        var error = await client.ExpectAsync("error");
        Assert.True(Text(error, "error_code") is "INVALID_FIELD" or "MISSING_FIELD" or "UNKNOWN_SYMBOL" or "NO_DATA_FOR_SYMBOL" or "INVALID_SYMBOL", $"'{trick}' in a session: {error.ToJsonString()}");
    }

    private static async Task AssertRefusedByCommandLineAsync(string folder, string store, string trick)
    {
        var csv = Path.Combine(folder, "any.csv");
        await File.WriteAllTextAsync(csv, "timestamp_utc,open,high,low,close,volume\n2024-07-16T13:30:00Z,1,1,1,1,1\n");
        var column = Path.Combine(folder, "column.csv");
        await File.WriteAllTextAsync(column, $"symbol,timestamp_utc,open,high,low,close,volume\n{trick},2024-07-16T13:30:00Z,1,1,1,1,1\n");
        string[][] commands =
        [
            ["data", "import", "csv", csv, "--symbol", trick], ["data", "import", "csv", column], ["data", "export", "csv", trick], ["data", "check", trick], ["data", "resample", trick], ["data", "actions", "list", trick],
            ["data", "fetch", trick, "--from", "2024-07-16"],
        ];
        foreach (var command in commands)
        {
            var (code, output, errors) = await SimProcess.RunAsync([.. command, "--store", store]);
            Assert.True(code is 1 or 2, $"{string.Join(' ', command)}: {code} {output}{errors}");
            Assert.Contains("symbol", output + errors, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        }

        File.Delete(csv);
        File.Delete(column);
    }

    private static async Task<(int Status, string Body)> SendRawAsync(UpdateService service, string target)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, service.Process.Address.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"GET {target} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {service.Process.DemoKey}\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var answer = await reader.ReadToEndAsync();
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var body = end < 0 ? "" : answer[(end + 4)..];
        if (answer.Contains("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase)) body = string.Concat(body.Split("\r\n").Where((_, at) => at % 2 == 1));
        return (int.Parse(answer.Split(' ')[1], CultureInfo.InvariantCulture), body);
    }

    /// <summary>Every file with its length, but for what the service writes as it runs and the locks of symbols.</summary>
    private static SortedDictionary<string, long> Listing(string folder)
    {
        var files = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(folder, file);
            if (name.StartsWith("data/", StringComparison.Ordinal) && !name.StartsWith("data/storage/", StringComparison.Ordinal) && !name.StartsWith("data/secret", StringComparison.Ordinal)) continue;
            if (!name.StartsWith("data/storage/locks/", StringComparison.Ordinal)) files[name] = new FileInfo(file).Length;
        }

        return files;
    }
}
