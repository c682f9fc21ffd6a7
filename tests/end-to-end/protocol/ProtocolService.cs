using System.Text.Json.Nodes;
using Trading.EndToEnd.Tests.Support;

namespace Trading.EndToEnd.Tests.Protocol;

/// <summary>One service over <see cref="SmallBars"/> for the tests of this folder, which run one after the other.</summary>
public sealed class ProtocolService : IAsyncLifetime
{
    private readonly string _bars = Directory.CreateTempSubdirectory("trading-").FullName;
    private int _sessions;

    public ServiceProcess Process { get; private set; } = null!;

    public Uri Address => Process.Address;

    public async Task InitializeAsync()
    {
        SmallBars.Write(_bars);
        Process = await ServiceProcess.StartAsync("--bars", _bars);
    }

    public async Task DisposeAsync()
    {
        await Process.DisposeAsync();
        Directory.Delete(_bars, recursive: true);
    }

    /// <summary>A session id that no other test has.</summary>
    public string NextSession(string name) => $"{name}-{Interlocked.Increment(ref _sessions)}";

    /// <summary>A new account's key, as an administrator makes it.</summary>
    public async Task<(string User, string Key)> AccountAsync(params string[] options)
    {
        var user = (await AdminAsync(["tenant", "create", .. options])).Trim();
        var issued = await AdminAsync("key", "issue", user);
        return (user, issued.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Single(word => word.StartsWith("sk_live_", StringComparison.Ordinal)));
    }

    internal async Task<RecordedClient> ConnectAsync(string? key = null, string query = "") =>
        await ConnectWithTokenAsync(await SessionClient.TokenAsync(Address, key ?? Process.DemoKey), query);

    internal async Task<RecordedClient> ConnectWithTokenAsync(string token, string query = "")
    {
        var client = new RecordedClient(await SessionClient.ConnectAsync(Address, token, query));
        await client.ExpectAsync("connection_ready");
        return client;
    }

    /// <summary>The report kept for a session, which holds its result hash.</summary>
    public async Task<JsonObject> ReportAsync(string session, string? key = null)
    {
        using var http = Process.CreateClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", await SessionClient.TokenAsync(Address, key ?? Process.DemoKey));
        return (JsonObject)JsonNode.Parse(await http.GetStringAsync(new Uri($"/sessions/{session}/report", UriKind.Relative)))!;
    }

    private async Task<string> AdminAsync(params string[] command)
    {
        var (code, output, errors) = await ServiceProcess.RunToEndAsync(["admin", "--data", Process.DataFolder, .. command]);
        return code == 0 ? output : throw new InvalidOperationException($"{string.Join(' ', command)}: {errors}");
    }
}

[CollectionDefinition(Name)]
public sealed class ProtocolTests : ICollectionFixture<ProtocolService>
{
    public const string Name = "protocol";
}
