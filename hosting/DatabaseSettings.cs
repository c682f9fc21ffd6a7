using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Trading.Hosting;

/// <summary>Section <c>Database</c>: the PostgreSQL that holds everything but bars.</summary>
public sealed record DatabaseSettings
{
    public const string Section = "Database";

    /// <summary>Npgsql connection string; default: none, everything is kept in files. Pool size, timeouts and TLS (<c>SSL Mode=VerifyFull</c>) are set here.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>The password, so that it can come as a secret of its own; default: the one of <see cref="ConnectionString"/>.</summary>
    public string? Password { get; init; }

    /// <summary>The connection string to use; null when there is no database. Holds the password: it goes nowhere but to Npgsql.</summary>
    /// <exception cref="StartException">The settings are wrong; the message names the setting and the rule, never the value.</exception>
    public static string? From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var settings = configuration.GetSection(Section).Read<DatabaseSettings>();
        if (string.IsNullOrWhiteSpace(settings.ConnectionString))
        {
            return string.IsNullOrEmpty(settings.Password) ? null : throw new StartException($"{Section}:{nameof(Password)} is set, but {Section}:{nameof(ConnectionString)} is not");
        }

        try
        {
            var connection = new NpgsqlConnectionStringBuilder(settings.ConnectionString);
            if (string.IsNullOrEmpty(connection.Host)) throw new StartException($"{Section}:{nameof(ConnectionString)} names no Host");
            if (!string.IsNullOrEmpty(settings.Password)) connection.Password = settings.Password.Trim();
            return connection.ConnectionString;
        }
        catch (ArgumentException)
        {
            // the library's message may repeat parts of the value
            throw new StartException($"{Section}:{nameof(ConnectionString)} is no connection string of PostgreSQL, like Host=localhost;Database=trading;Username=trading");
        }
    }

    /// <summary>The same where a database is a must.</summary>
    /// <exception cref="StartException">There is none, or the settings are wrong.</exception>
    public static string Required(IConfiguration configuration, string what) =>
        From(configuration) ?? throw new StartException($"{what} needs a database: set {Section}:{nameof(ConnectionString)} ({HostBuilding.Prefix}{Section}__{nameof(ConnectionString)} in the environment)");
}
