using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Trading.Hosting;

/// <summary>How every executable of the house begins: where its settings come from, how it logs, and how a start that fails is told.</summary>
public static class HostBuilding
{
    /// <summary>Prefix of the settings in the environment: <c>TRADING_Cluster__SiloPort</c> is <c>Cluster:SiloPort</c>.</summary>
    public const string Prefix = "TRADING_";

    /// <summary>Setting that names a folder of secrets: one file a setting, named like <c>Database__Password</c>.</summary>
    public const string Secrets = "Secrets";

    /// <summary>A builder with the settings of appsettings.json, then of the files in <see cref="Secrets"/>, then of the environment, then of <paramref name="options"/>, the later winning.</summary>
    /// <param name="options">Settings from the command line.</param>
    /// <param name="shutdownTimeout">How long the parts of the host may take to end.</param>
    /// <exception cref="StartException">A log setting is wrong, or the folder of secrets does not exist.</exception>
    public static WebApplicationBuilder Create(Dictionary<string, string?> options, TimeSpan shutdownTimeout)
    {
        ArgumentNullException.ThrowIfNull(options);
        // The folder one starts the program from is the user's; settings and web files lie beside the program.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        var secrets = options.GetValueOrDefault(Secrets) ?? Environment.GetEnvironmentVariable(Prefix + Secrets);
        if (!string.IsNullOrEmpty(secrets)) AddSecrets(builder.Configuration, secrets);
        builder.Configuration.AddEnvironmentVariables(Prefix);
        builder.Configuration.AddInMemoryCollection(options);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = shutdownTimeout);
        builder.AddLog();

        // These log the query string, and a query string may hold a token (SIM-025): no setting may switch them on.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.AspNetCore.HttpLogging", LogLevel.None);
        return builder;
    }

    /// <summary>Keeps the host's and the actor runtime's own account of a failed start out of the log: it is told in one line instead.</summary>
    /// <param name="builder">The host under construction.</param>
    /// <param name="hasStarted">Whether the start is over.</param>
    public static void QuietUntilStarted(this WebApplicationBuilder builder, Func<bool> hasStarted)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => hasStarted() && level >= LogLevel.Warning);
        builder.Logging.AddFilter("Orleans", level => hasStarted() && level >= LogLevel.Warning);
        builder.Logging.AddFilter("Orleans.Runtime.Silo", level => hasStarted() && level >= LogLevel.Error);
        builder.Logging.AddFilter("Orleans.Runtime.Watchdog", level => hasStarted() && level >= LogLevel.Error);
    }

    /// <summary>Starts the host.</summary>
    /// <param name="app">The host.</param>
    /// <param name="urls">Where it listens, for the message.</param>
    /// <exception cref="StartException">It cannot listen there, or a setting is wrong.</exception>
    public static async Task BeginAsync(this WebApplication app, string urls)
    {
        ArgumentNullException.ThrowIfNull(app);
        try
        {
            await app.StartAsync().ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is IOException or SocketException)
        {
            throw new StartException($"the service cannot listen on {urls}: {problem.Message.ReplaceLineEndings(" ")} (choose another address with --urls)");
        }
        catch (OptionsValidationException problem)
        {
            throw new StartException($"wrong settings: {string.Join("; ", problem.Failures)}");
        }
    }

    /// <summary>Addresses like <c>http://127.0.0.1:8080</c>, separated by <c>;</c>.</summary>
    /// <param name="name">The setting, for the message.</param>
    /// <param name="urls">Its value.</param>
    /// <exception cref="StartException">It is something else.</exception>
    public static string CheckedUrls(string name, string urls)
    {
        ArgumentNullException.ThrowIfNull(urls);
        foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!Uri.TryCreate(url.Replace("*", "localhost", StringComparison.Ordinal).Replace("+", "localhost", StringComparison.Ordinal), UriKind.Absolute, out var address)
                || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
            {
                throw new StartException($"{name} is '{urls}', but must be addresses like http://127.0.0.1:8080, separated by ';'");
            }
        }

        return urls;
    }

    private static void AddSecrets(IConfigurationBuilder configuration, string folder)
    {
        if (!Directory.Exists(folder)) throw new StartException($"{Secrets} is '{folder}', but no such folder exists");
        configuration.AddKeyPerFile(source =>
        {
            source.FileProvider = new Microsoft.Extensions.FileProviders.PhysicalFileProvider(Path.GetFullPath(folder));
            source.IgnoreCondition = name => name.StartsWith('.');
        });
    }
}
