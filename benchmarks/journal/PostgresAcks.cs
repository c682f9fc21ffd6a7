using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Trading.Engine.Orders;
using Trading.Postgres.Tests.Support;
using Trading.Storage.Journal;
using Trading.Storage.Postgres;
using Trading.Storage.ReadModels;

namespace Trading.Bench;

/// <summary>
/// Durable acknowledgements per second of the journal in PostgreSQL, beside pgbench inserting rows of the same columns and bytes, one a transaction, over as many connections as
/// there are sessions, on the same server with the same commit setting. With one session the journal can at best equal it; with many, the group commit must beat it.
/// A second line has appends that also change the read models: an order, a fill, two positions, the account and the run.
/// </summary>
public static class PostgresAcks
{
    private const int PayloadBytes = 240;
    private const int Turns = 3;
    private const long PriceUnit = 100_000_000;
    private static readonly Int128 MoneyUnit = 10_000_000_000_000_000;

    // the peer has a connection for each session
    private static readonly int[] Sessions = [1, 16, 256];

    /// <summary>Takes about a minute. Says so and returns where PostgreSQL or pgbench is missing.</summary>
    public static async Task RunAsync(TextWriter output)
    {
        if (!File.Exists("/usr/lib/postgresql/15/bin/pgbench"))
        {
            output.WriteLine("postgres: not run, there is no PostgreSQL 15 here (Debian: apt-get install postgresql-15)");
            return;
        }

        using var server = PostgresServer.New(connections: Sessions.Max() + 20);
        var connection = server.NewDatabase();
        var database = NpgsqlDataSource.Create(connection + ";Pooling=false");
        await using (database.ConfigureAwait(false))
        {
            await Migrations.ApplyAsync(database, default).ConfigureAwait(false);
            await ExecuteAsync(database, "CREATE TABLE plain (session_id bigint, version bigint GENERATED ALWAYS AS IDENTITY, append_id bigint, crc integer, payload bytea, PRIMARY KEY (session_id, version))").ConfigureAwait(false);
        }

        output.WriteLine($"durable acknowledgements in PostgreSQL, {PayloadBytes} byte records, synchronous_commit on, ratios to pgbench's plain inserts over as many connections in the same run");
        foreach (var sessions in Sessions) await CompareAsync(output, server, connection, sessions).ConfigureAwait(false);
    }

    private static async Task CompareAsync(TextWriter output, PostgresServer server, string connection, int sessions)
    {
        // the two alternate, so that a slow moment of the device hits both
        List<double> peers = [], journals = [], latencies = [], changing = [], changingLatencies = [];
        for (var turn = 0; turn < Turns; turn++)
        {
            peers.Add(InsertsPerSecond(server, new NpgsqlConnectionStringBuilder(connection).Database!, sessions));
            journals.Add(await AcksPerSecondAsync(connection, $"{sessions}-{turn}", sessions, latencies, withReadModels: false).ConfigureAwait(false));
            changing.Add(await AcksPerSecondAsync(connection, $"{sessions}-{turn}-changing", sessions, changingLatencies, withReadModels: true).ConfigureAwait(false));
        }

        output.WriteLine($"{sessions,4} sessions: {Shown(journals, latencies)}; pgbench {Medians.Of(peers).ToString("F0", CultureInfo.InvariantCulture)} inserts/s");
        output.WriteLine($"     with read models: {Shown(changing, changingLatencies)}");
        Medians.AtLeast(output, $"{sessions} session(s), median of the ratios to pgbench's plain inserts", Medians.Of(journals.Zip(peers, (ours, peer) => ours / peer)), sessions == 1 ? 0.5 : 1);
    }

    private static string Shown(List<double> rates, List<double> latencies)
    {
        latencies.Sort();
        return string.Create(CultureInfo.InvariantCulture, $"{Medians.Of(rates),8:F0} acks/s, median {latencies[latencies.Count / 2],6:F0} us, p99 {latencies[latencies.Count * 99 / 100],6:F0} us");
    }

    private static double InsertsPerSecond(PostgresServer server, string database, int clients)
    {
        var script = Path.GetTempFileName();
        try
        {
            File.WriteAllText(script, $"INSERT INTO plain (session_id, append_id, crc, payload) VALUES (:client_id, 1, 1, decode(repeat('ab', {PayloadBytes}), 'hex'));\n");
            var start = new ProcessStartInfo(
                "/usr/lib/postgresql/15/bin/pgbench",
                ["-h", "127.0.0.1", "-p", $"{server.Port}", "-U", "postgres", "-n", "-M", "prepared", "-c", $"{clients}", "-j", "2", "-T", "2", "-f", script, database])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using var process = Process.Start(start)!;
            var problems = process.StandardError.ReadToEndAsync();
            var printed = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            var line = Array.Find(printed.Split('\n'), text => text.StartsWith("tps = ", StringComparison.Ordinal))
                ?? throw new InvalidOperationException($"pgbench ended with {process.ExitCode}: {problems.GetAwaiter().GetResult()}");
            return double.Parse(line.AsSpan(6, line.IndexOf('(', StringComparison.Ordinal) - 7), NumberStyles.Float, CultureInfo.InvariantCulture);
        }
        finally
        {
            File.Delete(script);
        }
    }

    private static async Task<double> AcksPerSecondAsync(string connection, string run, int sessions, List<double> latencies, bool withReadModels)
    {
        var journal = new PostgresSessionJournal(connection);
        await using (journal.ConfigureAwait(false))
        {
            // the first appends pay for compilation, connections and prepared statements
            await Task.WhenAll(Enumerable.Range(0, sessions).Select(i => AppendAsync(journal, $"{run}-warm-{i}", TimeSpan.FromSeconds(0.5), [], withReadModels))).ConfigureAwait(false);
            var each = Enumerable.Range(0, sessions).Select(_ => new List<double>(1 << 12)).ToArray();
            var clock = Stopwatch.StartNew();
            await Task.WhenAll(Enumerable.Range(0, sessions).Select(i => Task.Run(() => AppendAsync(journal, $"{run}-{i}", TimeSpan.FromSeconds(2), each[i], withReadModels)))).ConfigureAwait(false);
            var elapsed = clock.Elapsed.TotalSeconds;
            foreach (var measured in each) latencies.AddRange(measured);
            return each.Sum(measured => measured.Count) / elapsed;
        }
    }

    private static async Task AppendAsync(PostgresSessionJournal journal, string session, TimeSpan duration, List<double> latencies, bool withReadModels)
    {
        var key = new SessionKey("bench", session);
        ReadOnlyMemory<byte>[] payloads = [new byte[PayloadBytes]];
        var clock = Stopwatch.StartNew();
        long version = 0;
        while (clock.Elapsed < duration)
        {
            var change = withReadModels ? ChangeOf((int)version + 1) : null;
            var before = Stopwatch.GetTimestamp();
            var result = await journal.AppendAsync(key, version, payloads, change, default).ConfigureAwait(false);
            latencies.Add(Stopwatch.GetElapsedTime(before).TotalMicroseconds);
            version = result.Version;
        }
    }

    private static SessionChange ChangeOf(int tick) => new()
    {
        Run = new RunRow
        {
            State = RunState.Running,
            Symbols = ["ACME", "BETA"],
            DataProvider = "polygon",
            DataVersion = "adjusted",
            InitialCash = 50_000 * MoneyUnit,
            CreatedAt = DateTimeOffset.UnixEpoch,
            UpdatedAt = DateTimeOffset.UnixEpoch,
            SimTime = tick,
            Tick = tick,
            Ticks = 100_000,
            Orders = tick,
            Fills = tick,
        },
        Account = new AccountRow
        {
            Cash = 40_000 * MoneyUnit,
            Equity = 50_000 * MoneyUnit + tick,
            BuyingPower = 40_000 * MoneyUnit,
            DayPnl = tick,
            RealizedPnl = tick,
            OpenOrders = 1,
            Positions = [new PositionRow("ACME", tick, tick * MoneyUnit, PriceUnit), new PositionRow("BETA", 100, MoneyUnit, PriceUnit)],
        },
        Orders = [OrderOf(tick)],
        Fills = [FillOf(tick)],
    };

    private static OrderRow OrderOf(int tick) => new()
    {
        OrderId = $"order-{tick}",
        Place = tick,
        OrderNumber = tick,
        Symbol = "ACME",
        Side = OrderSide.Buy,
        Type = OrderType.Limit,
        TimeInForce = TimeInForce.Day,
        Quantity = PriceUnit,
        Price = 100 * PriceUnit,
        State = OrderState.Filled,
        Remaining = 0,
        ArrivedAt = tick,
        ChangedAt = tick,
        ChangedTick = tick,
    };

    private static FillRow FillOf(int tick) => new()
    {
        Execution = tick,
        OrderId = $"order-{tick}",
        Symbol = "ACME",
        Side = OrderSide.Buy,
        Quantity = PriceUnit,
        Price = 100 * PriceUnit,
        ReferencePrice = 100 * PriceUnit,
        Commission = MoneyUnit,
        Fees = 0,
        Remaining = 0,
        Reason = FillReason.LimitTouched,
        SimTime = tick,
        Tick = tick,
    };

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        var command = database.CreateCommand(sql);
        await using (command.ConfigureAwait(false)) await command.ExecuteNonQueryAsync().ConfigureAwait(false);
    }
}
