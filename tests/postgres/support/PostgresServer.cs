using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Trading.Postgres.Tests.Support;

/// <summary>A private PostgreSQL server in a temporary folder on a free port of 127.0.0.1. It ends with the process that started it, however that ends.</summary>
public sealed class PostgresServer : IDisposable
{
    private const int DefaultConnections = 200;

    private static readonly Lazy<PostgresServer> Instance = new(() => Start(DefaultConnections));
    private static int _databases;

    private readonly string _folder;
    private readonly string _binaries;
    private readonly int _connections;
    private Process _process;

    private PostgresServer(string folder, string binaries, int port, int connections)
    {
        _folder = folder;
        _binaries = binaries;
        _connections = connections;
        Port = port;
        _process = Run();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Dispose();
    }

    /// <summary>The server that the tests of this process share.</summary>
    public static PostgresServer Shared => Instance.Value;

    public int Port { get; }

    /// <summary>A new, empty database on the server.</summary>
    public string NewDatabase()
    {
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        using var connection = new NpgsqlConnection(ConnectionString("postgres"));
        connection.Open();
        using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        command.ExecuteNonQuery();
        return ConnectionString(name);
    }

    public string ConnectionString(string database) => $"Host=127.0.0.1;Port={Port};Username=postgres;Database={database};Timeout=5;SSL Mode=Disable;GSS Encryption Mode=Disable";

    /// <summary>Ends the server as a power cut of its process would, without any goodbye.</summary>
    public void Kill()
    {
        Shell($"kill -KILL $(head -1 {_folder}/data/postmaster.pid)");
        _process.WaitForExit();
    }

    /// <summary>Ends the server as an operator does: <c>fast</c> breaks off transactions and shuts down cleanly, <c>immediate</c> leaves everything to recovery.</summary>
    public void Stop(bool immediate)
    {
        Shell($"kill -{(immediate ? "QUIT" : "INT")} $(head -1 {_folder}/data/postmaster.pid)");
        _process.WaitForExit();
    }

    /// <summary>Starts the server again after <see cref="Kill"/> or <see cref="Stop"/> and returns when it answers.</summary>
    public void Restart()
    {
        // left by the killed server; its children may need a moment to notice
        _process = Run();
    }

    public void Dispose()
    {
        try
        {
            _process.StandardInput.Close();
            if (!_process.WaitForExit(10_000)) _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // it has ended already
        }
    }

    /// <summary>A server of one's own, for tests that end it or need more connections.</summary>
    public static PostgresServer New(int connections = DefaultConnections) => Start(connections);

    private static PostgresServer Start(int connections)
    {
        var binaries = Binaries();
        var folder = Directory.CreateTempSubdirectory("trading-pg-").FullName;
        if (Environment.IsPrivilegedProcess) Shell($"chown postgres {folder}");
        Shell($"{AsUser}{binaries}/initdb -D {folder}/data -U postgres -A trust --no-instructions -E UTF8 --locale=C.UTF-8 >/dev/null");
        return new PostgresServer(folder, binaries, FreePort(), connections);
    }

    /// <summary>PostgreSQL refuses to run as root.</summary>
    private static string AsUser => Environment.IsPrivilegedProcess ? "setpriv --reuid postgres --regid postgres --init-groups " : "";

    private static string Binaries()
    {
        var versions = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : [];
        return versions.Select(version => Path.Combine(version, "bin")).FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")))
            ?? throw new InvalidOperationException("these tests need PostgreSQL 15 in /usr/lib/postgresql (Debian: apt-get install postgresql-15); ./test installs it where it may");
    }

    /// <summary>A killed server's children may hold its memory for a moment; until then a new one refuses to start.</summary>
    private Process Run()
    {
        for (var attempt = 0; ; attempt++)
        {
            if (TryRun() is { } running) return running;
            if (attempt == 100) throw new InvalidOperationException($"PostgreSQL does not start: {File.ReadLines($"{_folder}/log").LastOrDefault()}");
            Thread.Sleep(50);
        }
    }

    private Process? TryRun()
    {
        // the shell ends the server, and removes the folder, when its standard input ends; and that ends with this process
        var server = $"{AsUser}{_binaries}/postgres -D {_folder}/data -p {Port} -h 127.0.0.1 -k {_folder} -c max_connections={_connections} -c log_min_messages=fatal -c shared_buffers=64MB";
        var command = $"{server} >>{_folder}/log 2>&1 </dev/null 3<&- & pid=$!; (read -r _; touch {_folder}/end; kill -INT $pid) <&3 & watch=$!; "
            + $"wait $pid 2>/dev/null; kill $watch 2>/dev/null; [ -e {_folder}/end ] && rm -rf {_folder}; true";
        var start = new ProcessStartInfo("/bin/bash") { RedirectStandardInput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"exec 3<&0; {command}");
        var process = Process.Start(start)!;
        var began = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
                connection.Open();
                return process;
            }
            catch (NpgsqlException) when (began.Elapsed < TimeSpan.FromSeconds(60))
            {
                if (process.HasExited) return null;
                Thread.Sleep(50);
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static void Shell(string command)
    {
        using var process = Process.Start("/bin/bash", ["-c", command]);
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"'{command}' ended with {process.ExitCode}");
    }
}
