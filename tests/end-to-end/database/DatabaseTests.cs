using System.Net;
using Npgsql;
using Trading.EndToEnd.Tests.Support;
using Trading.Postgres.Tests.Support;

namespace Trading.EndToEnd.Tests.Database;

/// <summary>The service over PostgreSQL: settings, schema, accounts, and what it says when something is wrong.</summary>
public class DatabaseTests
{
    private const string ConnectionSetting = "TRADING_Database__ConnectionString";

    [PostgresFact]
    public async Task Migrations_are_applied_once_by_a_command_of_its_own()
    {
        var environment = Over(PostgresServer.Shared.NewDatabase());
        var (code, first, _) = await ServiceProcess.RunToEndAsync(environment, "migrate");
        Assert.Equal(0, code);
        Assert.Contains("applied 0001-session-journal.sql\n", first, StringComparison.Ordinal);
        Assert.Equal((0, "the schema is up to date\n", ""), await ServiceProcess.RunToEndAsync(environment, "migrate"));
    }

    [PostgresFact]
    public async Task With_a_database_nothing_but_bars_and_keys_is_kept_in_files_and_a_restart_finds_everything()
    {
        var database = PostgresServer.Shared.NewDatabase();
        using var folder = new TemporaryFolder();
        await using var service = await ServiceProcess.StartOnAsync(folder.Path, Over(database));
        Assert.All(new[] { "journal", "accounts", "usage", "results", "grains" }, name => Assert.False(Directory.Exists(Path.Combine(folder.Path, name)), name));
        await using var source = NpgsqlDataSource.Create(database);
        Assert.Equal("demo", await ScalarAsync(source, "SELECT name FROM tenants"));
        Assert.Equal("Active", await ScalarAsync(source, "SELECT state FROM api_keys"));

        var token = await SessionClient.TokenAsync(service.Address, service.DemoKey);
        await service.KillAsync();
        await service.RestartAsync();
        Assert.NotEmpty(await SessionClient.TokenAsync(service.Address, service.DemoKey));
        await using var client = await SessionClient.ConnectAsync(service.Address, token);
        await client.ExpectAsync("connection_ready");
    }

    [PostgresFact]
    public async Task Administration_works_on_the_database_beside_the_service()
    {
        var environment = Over(PostgresServer.Shared.NewDatabase());
        using var folder = new TemporaryFolder();
        var (code, user, _) = await ServiceProcess.RunToEndAsync(environment, "admin", "tenant", "create", "--name", "acme", "--plan", "free");
        Assert.Equal(0, code);
        var (_, issued, _) = await ServiceProcess.RunToEndAsync(environment, "admin", "key", "issue", user.Trim());
        await using var service = await ServiceProcess.StartOnAsync(folder.Path, environment, "--no-demo");
        Assert.NotEmpty(await SessionClient.TokenAsync(service.Address, issued.Trim()));
    }

    [PostgresFact]
    public async Task The_password_comes_from_a_file_of_a_folder_of_secrets()
    {
        var database = new NpgsqlConnectionStringBuilder(PostgresServer.Shared.NewDatabase()) { Password = null };
        using var secrets = new TemporaryFolder();
        await File.WriteAllTextAsync(Path.Combine(secrets.Path, "Database__Password"), "any-since-the-server-trusts\n");
        var environment = Over(database.ConnectionString);
        environment["TRADING_Secrets"] = secrets.Path;
        Assert.Equal(0, (await ServiceProcess.RunToEndAsync(environment, "migrate")).ExitCode);
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Timeout=1;Password=do-not-tell;Nonsense=1", "error: Database:ConnectionString is no connection string of PostgreSQL, like Host=localhost;Database=trading;Username=trading")]
    [InlineData("Database=trading;Password=do-not-tell", "error: Database:ConnectionString names no Host")]
    public async Task A_wrong_connection_string_is_told_in_one_line_without_its_value(string connection, string expected)
    {
        var (code, output, errors) = await ServiceProcess.RunToEndAsync(Over(connection), "migrate");
        Assert.Equal((1, "", expected), (code, output, errors.TrimEnd()));
    }

    [Fact]
    public async Task Migrating_without_a_database_says_what_to_set()
    {
        var (code, _, errors) = await ServiceProcess.RunToEndAsync("migrate");
        Assert.Equal((1, "error: migrate needs a database: set Database:ConnectionString (TRADING_Database__ConnectionString in the environment)"), (code, errors.TrimEnd()));
    }

    [Fact]
    public async Task Orchestrators_may_ask_for_health_without_a_token()
    {
        await using var service = await ServiceProcess.StartAsync();
        using var http = service.CreateClient();
        foreach (var path in new[] { "/health/startup", "/health/ready", "/health/live" })
        {
            using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
            Assert.Equal((HttpStatusCode.OK, "{\"status\":\"ok\"}"), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        }
    }

    private static Dictionary<string, string> Over(string connection) => new() { [ConnectionSetting] = connection };

    private static async Task<object?> ScalarAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
