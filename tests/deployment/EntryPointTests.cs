using System.Net;
using System.Text;
using System.Text.Json;
using Trading.Deployment.Tests.Support;
using Trading.Hosting;
using Trading.Telemetry.Tests.Support;

namespace Trading.Deployment.Tests;

/// <summary>
/// No container engine is needed to see that a deployment works: the entry points and environments of its images run as plain processes, over a private PostgreSQL
/// with the users, passwords and rights of the deployment.
/// </summary>
[Collection(ServerTests.Name)]
public sealed class EntryPointTests
{
    private const string SiloImage = "deploy/docker/silo.Dockerfile";
    private const string GatewayImage = "deploy/docker/gateway.Dockerfile";

    [ClusterTheory]
    [InlineData("docker-compose.yml")]
    [InlineData(Overlays.Development)]
    [InlineData(Overlays.Production)]
    public async Task A_deployment_comes_up_serves_a_caller_and_ends_in_order(string source)
    {
        using var files = new DeploymentCopy();
        var secrets = source == Compose.Path ? "deploy/secrets" : $"{source}/secrets";
        files.MakeSecrets(secrets);
        using var database = new DatabaseServer(files, secrets);
        if (source == Overlays.Production)
        {
            Directory.CreateDirectory(files.At("run/database"));
            File.WriteAllText(files.At("run/database/root.crt"), database.UseTls());
        }

        var data = Directory.CreateDirectory(files.At("candles")).FullName;
        var (migrate, silos, gateways) = Of(source);
        using (var early = silos[0].Start(files, database, data))
        {
            Assert.Equal(1, await early.EndAsync());
            Assert.Contains("error: the database refused the migrations: permission denied for schema public (42501)", early.Log, StringComparison.Ordinal);
        }

        using (var migration = migrate.Start(files, database, data))
        {
            Assert.True(await migration.EndAsync() == 0, migration.Log);
            Assert.Contains("the schema is up to date", migration.Output, StringComparison.Ordinal);
        }

        RunGrants(files, database, secrets);
        await using var collector = await OtlpReceiver.StartAsync();
        var running = new List<DeployedProcess>();
        try
        {
            running.AddRange(silos.Select(silo => silo.Start(files, database, data, collector.Endpoint)));
            var ops = await Task.WhenAll(running.Select(silo => silo.ReadyAsync()));
            foreach (var address in ops) await CheckSiloAsync(address, File.ReadAllText(files.At($"{secrets}/silo/Dashboard__Password")));
            running.AddRange(gateways.Select(gateway => gateway.Start(files, database, data, collector.Endpoint)));
            var addresses = await Task.WhenAll(running.Skip(silos.Length).Select(gateway => gateway.ReadyAsync()));
            var key = await NewKeyAsync(silos[0], files, database, data);
            foreach (var address in addresses) await CheckGatewayAsync(address, key);
            CheckConnections(database, isEncrypted: source == Overlays.Production);
            await CheckTelemetryAsync(collector, silos, gateways);

            // gateways first, as in a rolling restart, then the silos one by one
            foreach (var process in Enumerable.Reverse(running)) Assert.Equal(0, await process.StopAsync());
            Assert.Equal(0L, database.Ask(DatabaseServer.Silo, "SELECT count(*) FROM cluster_silos WHERE status = 3"));
            CheckLogs(running, files, secrets, key);
        }
        finally
        {
            running.ForEach(process => process.Dispose());
        }
    }

    private static (Deployed Migrate, Deployed[] Silos, Deployed[] Gateways) Of(string source)
    {
        if (source == Compose.Path) return (Deployed.OfCompose("migrate"), [Deployed.OfCompose("silo-1"), Deployed.OfCompose("silo-2")], [Deployed.OfCompose("gateway-1"), Deployed.OfCompose("gateway-2")]);
        var overlay = Overlays.Of(source);
        var silo = Deployed.OfOverlay(overlay, "silo", SiloImage);
        return (Deployed.OfOverlay(overlay, "migration", SiloImage), [silo, silo], [Deployed.OfOverlay(overlay, "gateway", GatewayImage)]);
    }

    /// <summary>The command of the deployment itself.</summary>
    private static void RunGrants(DeploymentCopy files, DatabaseServer database, string secrets)
    {
        var script = Compose.Service("grants").Node["entrypoint"].Words;
        Assert.Equal(["sh", "-c"], script.Take(2));
        var job = Overlays.Of(Overlays.Production).WorkloadOf("migration").Pod["containers"].Items[0]["command"].Words;
        Assert.Equal(script[2].Replace("$$", "$", StringComparison.Ordinal).Replace("/run/secrets/owner_password", "/run/secrets/trading/Database__Password", StringComparison.Ordinal), job[2]);
        var local = script[2].Replace("$$", "$", StringComparison.Ordinal)
            .Replace("/run/secrets/owner_password", files.At($"{secrets}/postgres/owner_password"), StringComparison.Ordinal)
            .Replace("/scripts/", files.At("deploy/postgres/"), StringComparison.Ordinal);
        var variables = database.Variables(DatabaseServer.Owner);
        variables.Remove("PGPASSWORD");
        files.Run("sh", ["-c", local], variables);
    }

    private static async Task CheckSiloAsync(Uri address, string password)
    {
        using var http = new HttpClient { BaseAddress = address };
        foreach (var path in HealthProbes.Paths) Assert.Equal(HttpStatusCode.OK, await StatusAsync(http, path));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(http, "/dashboard"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(http, "/dashboard/DashboardCounters"));
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{OperatorAccess.User}:{password}")));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(http, "/dashboard/"));

        // no public surface
        foreach (var path in new[] { "/auth/token", "/ws/simulate", "/openapi/v1.json", "/sessions/s/report" }) Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(http, path));
    }

    private static async Task CheckGatewayAsync(Uri address, string key)
    {
        using var http = new HttpClient { BaseAddress = address };
        foreach (var path in HealthProbes.Paths) Assert.Equal(HttpStatusCode.OK, await StatusAsync(http, path));
        foreach (var path in new[] { "/auth/limits", "/openapi/v1.json", "/ws/simulate", "/sessions/s/report" }) Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(http, path));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(http, "/dashboard"));

        http.DefaultRequestHeaders.Authorization = new("Bearer", await TokenAsync(http, key));
        Assert.Equal(HttpStatusCode.OK, await AnsweredAsync(() => StatusAsync(http, "/auth/limits"), status => status < HttpStatusCode.InternalServerError));
    }

    private static async Task<string> TokenAsync(HttpClient http, string key)
    {
        var (status, body) = await AnsweredAsync(
            async () =>
            {
                using var exchange = new HttpRequestMessage(HttpMethod.Post, new Uri("/auth/token", UriKind.Relative)) { Headers = { { "X-API-Key", key } } };
                using var answer = await http.SendAsync(exchange);
                return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
            },
            answer => answer.StatusCode < HttpStatusCode.InternalServerError);
        Assert.True(status == HttpStatusCode.OK, body);
        return JsonDocument.Parse(body).RootElement.GetProperty("access_token").GetString()!;
    }

    /// <summary>A gateway waits for a silo for seconds only, and on a machine that is full a silo may take longer for its first call: callers ask again.</summary>
    private static async Task<T> AnsweredAsync<T>(Func<Task<T>> ask, Func<T, bool> isAnswer)
    {
        for (var attempt = 0; ; attempt++)
        {
            var answer = await ask();
            if (isAnswer(answer) || attempt == 30) return answer;
        }
    }

    private static async Task<string> NewKeyAsync(Deployed silo, DeploymentCopy files, DatabaseServer database, string data)
    {
        var user = await AdminAsync("tenant", "create", "--plan", "professional");
        return await AdminAsync("key", "issue", user);

        async Task<string> AdminAsync(params string[] arguments)
        {
            using var command = silo.AsAdmin(arguments).Start(files, database, data);
            Assert.True(await command.EndAsync() == 0, command.Log);
            return command.Output.Trim();
        }
    }

    /// <summary>Every process came with the user that it was given, and in production by TLS.</summary>
    private static void CheckConnections(DatabaseServer database, bool isEncrypted)
    {
        const string connections = "FROM pg_stat_activity a JOIN pg_stat_ssl s USING (pid) WHERE a.usename IN ('trading_owner', 'trading_silo', 'trading_gateway')";
        Assert.True((long)database.Ask("postgres", $"SELECT count(*) {connections}")! > 0);
        Assert.Equal(0L, database.Ask("postgres", $"SELECT count(*) {connections} AND s.ssl <> {isEncrypted}"));
        Assert.Equal(0L, database.Ask("postgres", $"SELECT count(*) {connections} AND a.usename = 'trading_owner'"));
    }

    /// <summary>What the alerts and dashboards stand on arrives, under the names that the environment of the deployment gives the processes.</summary>
    private static async Task CheckTelemetryAsync(OtlpReceiver collector, Deployed[] silos, Deployed[] gateways)
    {
        foreach (var (deployed, service, own) in silos.Select(silo => (silo, "trading-silo", BuiltInMetrics.Silo)).Concat(gateways.Select(gateway => (gateway, "trading-gateway", BuiltInMetrics.Gateway))))
        {
            var resource = deployed.Environment["OTEL_RESOURCE_ATTRIBUTES"].Split(',').Select(pair => pair.Split('=')).Append(["service.name", service]).ToList();
            foreach (var instrument in own.Values.Concat(BuiltInMetrics.Process.Values))
            {
                await collector.WaitAsync($"{instrument} of {service}", () => collector.Points.FirstOrDefault(point => point.Name == instrument && resource.TrueForAll(pair => point.Resource.GetValueOrDefault(pair[0]) == pair[1])));
            }
        }

        // every silo knows them all
        await collector.WaitAsync("a whole ring", () => collector.Points.FirstOrDefault(point => point.Name == BuiltInMetrics.Silo["orleans_consistent_ring_size"] && point.Value == silos.Length));
    }

    private static void CheckLogs(List<DeployedProcess> running, DeploymentCopy files, string secrets, string key)
    {
        var hidden = Directory.EnumerateFiles(files.At(secrets), "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".crt", StringComparison.Ordinal)).Select(File.ReadAllText).Append(key).ToList();
        foreach (var process in running)
        {
            Assert.DoesNotContain(hidden, secret => process.Log.Contains(secret, StringComparison.Ordinal) || process.Output.Contains(secret, StringComparison.Ordinal));
            Assert.All(process.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), line => Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(line).RootElement.ValueKind));
        }
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, string path)
    {
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
        return answer.StatusCode;
    }
}
