using Microsoft.Extensions.Configuration;
using Npgsql;
using Trading.MarketData.Sources;
using Trading.Silo.Admin;
using Trading.Storage.Accounts;
using Trading.Storage.Files;
using Trading.Storage.Postgres;
using Trading.Storage.Usage;

namespace Trading.Silo.Composition;

/// <summary>What the arguments mean: <c>serve</c> (default), <c>admin …</c>, <c>help</c>. Options become settings, so all of them can also stand in appsettings.json or the environment.</summary>
internal static class CommandLine
{
    public const string Help = """
        usage: ./run [serve] [options]     start the service
               ./run admin [--data FOLDER] COMMAND
                                           accounts, keys, limits and usage, also while the service runs (./run admin --help)
               ./run silo [options]        one silo of a cluster over PostgreSQL (docs/operations.md); needs Microsoft Orleans
               ./run migrate               bring the schema of the database up to date and end
               ./run help

        options
          --data FOLDER          where everything is stored; default ./data
          --urls ADDRESS         where to listen; default http://127.0.0.1:8080 (port 0 = any free one)
          --bars FOLDER          bars of the default provider from files, FOLDER/minute/SYMBOL.csv; default: the candle store below the data
                                 folder, which has demo bars from the first start on
          --bars NAME=FOLDER     bars of another provider from files; may be repeated
          --no-demo              make no demo account at the first start
          --set NAME=VALUE       any other setting, e.g. --set Logging:LogLevel:Default=Debug; may be repeated

        PostgreSQL instead of files (docs/operations.md)
          --set Database:ConnectionString=…             better in the environment: TRADING_Database__ConnectionString; the password may come
                                                        by itself as TRADING_Database__Password
          --set Secrets=FOLDER                          a folder with one file per secret setting, like Database__Password

        the data manager (docs/data-api.md has all settings)
          --set Data:Providers:Polygon:ApiKey=KEY       better in the environment: TRADING_Data__Providers__Polygon__ApiKey
          --set Data:Nightly:DefaultSymbols:0=SYMBOL    what the nightly update fetches
          --set Logging:Console:FormatterName=simple    plain lines instead of JSON on the error output

        Every option is a setting: appsettings.json beside the program, the environment (TRADING_Data, TRADING_Bars__polygon) and the
        command line, the later winning.
        """;

    /// <returns>0 after a clean end, 1 after a failed start or command.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            return args switch
            {
                ["help" or "--help" or "-h", ..] => Print(Help),
                ["admin", .. var command] => await AdminAsync(command),
                ["serve", .. var options] => await Service.RunAsync(Parse(options)),
                ["silo", .. var options] => await ClusterSilo.RunAsync(Parse(options)),
                ["migrate", .. var options] => await MigrateAsync(Parse(options)),
                _ => await Service.RunAsync(Parse(args)),
            };
        }
        catch (StartException problem)
        {
            await Console.Error.WriteLineAsync($"error: {problem.Message}");
            return 1;
        }
    }

    /// <summary>The options as settings.</summary>
    /// <exception cref="StartException">An option is unknown or lacks its value.</exception>
    internal static Dictionary<string, string?> Parse(ReadOnlySpan<string> args)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        for (var at = 0; at < args.Length; at++)
        {
            var (name, value) = SplitOnce(args[at]);
            if (name == "--no-demo")
            {
                settings[nameof(ServiceSettings.Demo)] = "false";
                continue;
            }

            if (name is not ("--data" or "--urls" or "--bars" or "--set")) throw new StartException($"'{args[at]}' is no option; ./run help shows them all");
            if (value is null && ++at < args.Length) value = args[at];
            if (string.IsNullOrEmpty(value)) throw new StartException($"{name} needs a value");
            Set(settings, name, value);
        }

        return settings;
    }

    /// <summary>The account system's commands work on the data folder, beside a service that may be running on it.</summary>
    private static async Task<int> AdminAsync(string[] args)
    {
        var data = ServiceSettings.DefaultData;
        var command = new List<string>();
        for (var at = 0; at < args.Length; at++)
        {
            var (name, value) = SplitOnce(args[at]);
            if (name != "--data") command.Add(args[at]);
            else data = value ?? (++at < args.Length ? args[at] : throw new StartException("--data needs a value"));
        }

        if (command is ["help"]) command = ["--help"];
        var configuration = HostBuilding.Create([], TimeSpan.FromSeconds(5)).Configuration;
        return DatabaseSettings.From(configuration) is { } database ? await AdminAsync(command, database) : await AdminFilesAsync(command, data);
    }

    private static async Task<int> AdminFilesAsync(List<string> command, string data)
    {
        var folder = DataFolder.Locate(Path.GetFullPath(data));
        using var accounts = new FileAccountStore(folder.Accounts);
        using var usage = FileUsageStore.ForReading(new DiskFiles(folder.Usage));
        return await AdminAsync(command, accounts, usage, FileAccountStore.PollInterval);
    }

    private static async Task<int> AdminAsync(List<string> command, string connectionString)
    {
        await Database.MigrateAsync(connectionString, CancellationToken.None);
        await using var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "trading admin" }.ConnectionString);
        using var accounts = new PostgresAccountStore(database);
        return await AdminAsync(command, accounts, new PostgresUsageStore(new PostgresCalls(database)), PostgresAccountStore.PollInterval);
    }

    private static async Task<int> AdminAsync(List<string> command, IAccountStore accounts, IUsageStore usage, TimeSpan pollInterval)
    {
        var code = await new AdminCommands(accounts, usage, Console.Out, Console.Error).RunAsync(command, CancellationToken.None);

        // running services look this often: when the command is back, what it did holds
        if (command is not [_, "list" or "show", ..]) await Task.Delay(pollInterval);
        return code;
    }

    private static async Task<int> MigrateAsync(Dictionary<string, string?> options)
    {
        var configuration = HostBuilding.Create(options, TimeSpan.FromSeconds(5)).Configuration;
        var applied = await Database.MigrateAsync(DatabaseSettings.Required(configuration, "migrate"), CancellationToken.None);
        foreach (var name in applied) Console.Out.WriteLine($"applied {name}");
        Console.Out.WriteLine(applied.Count == 0 ? "the schema is up to date" : $"the schema is up to date, {applied.Count} files applied");
        return 0;
    }

    private static void Set(Dictionary<string, string?> settings, string name, string value)
    {
        switch (name)
        {
            case "--data":
                settings[nameof(ServiceSettings.Data)] = value;
                break;
            case "--urls":
                settings[nameof(ServiceSettings.Urls)] = value;
                break;
            case "--bars":
                var (provider, folder) = SplitOnce(value);
                settings[ConfigurationPath.Combine(nameof(ServiceSettings.Bars), folder is null ? DataProviders.Default : provider)] = folder ?? value;
                break;
            default:
                var (key, setting) = SplitOnce(value);
                settings[key] = setting ?? throw new StartException($"--set {value}: write it as NAME=VALUE");
                break;
        }
    }

    private static (string Name, string? Value) SplitOnce(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (text, null) : (text[..equals], text[(equals + 1)..]);
    }

    private static int Print(string text)
    {
        Console.Out.WriteLine(text);
        return 0;
    }
}
