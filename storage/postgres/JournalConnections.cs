using Npgsql;

namespace Trading.Storage.Postgres;

/// <summary>How the journal connects.</summary>
internal static class JournalConnections
{
    /// <summary>
    /// Every statement of the journal looks up rows by key. Plans are made once, when the tables may still be empty, and must not be such that they only suit
    /// small tables; nor are they made again for each array of another length.
    /// </summary>
    private const string Plans = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off";

    /// <exception cref="ArgumentException">The connection string is wrong.</exception>
    public static NpgsqlConnectionStringBuilder Of(string connectionString, string applicationName, PostgresJournalOptions options)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = applicationName,
            CommandTimeout = options.StatementSeconds,
            CancellationTimeout = 2000,
            MaxAutoPrepare = 32,
            AutoPrepareMinUsages = 2,
            // nothing here changes the state of a connection
            NoResetOnClose = true,
        };
        settings.Options = string.IsNullOrEmpty(settings.Options) ? Plans : $"{settings.Options} {Plans}";
        if (settings.TcpKeepAliveTime == 0)
        {
            // a lane's connection may rest for hours, and should not turn out dead then
            settings.TcpKeepAliveTime = 15;
            settings.TcpKeepAliveInterval = 5;
        }

        if (settings.MaxPoolSize <= options.Lanes)
        {
            throw new ArgumentException($"Maximum Pool Size is {settings.MaxPoolSize}, but must be above the journal's {nameof(options.Lanes)} ({options.Lanes}), each of which keeps a connection.", nameof(connectionString));
        }

        return settings;
    }
}
