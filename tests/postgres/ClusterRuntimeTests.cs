using Npgsql;
using Trading.Postgres.Tests.Support;

namespace Trading.Postgres.Tests;

/// <summary>The statements that the actor runtime's ADO.NET providers take from the table orleansquery: what each must do alone and in a race.</summary>
public sealed class ClusterRuntimeTests : IDisposable
{
    private const string Cluster = "c1";
    private static readonly DateTime Now = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    private readonly NpgsqlDataSource _database = NpgsqlDataSource.Create(Databases.New());

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task A_cluster_is_made_once()
    {
        Assert.Equal(1, await CallAsync("InsertMembershipVersionKey", ("DeploymentId", Cluster)));
        Assert.Equal(0, await CallAsync("InsertMembershipVersionKey", ("DeploymentId", Cluster)));
        var row = Assert.Single(await RowsAsync("MembershipReadAllKey", ("DeploymentId", Cluster)));
        Assert.Equal(0, row["Version"]);
        Assert.Equal(DBNull.Value, row["Address"]);
    }

    [Fact]
    public async Task Of_silos_that_join_at_one_version_one_wins_and_every_change_raises_the_version()
    {
        await CallAsync("InsertMembershipVersionKey", ("DeploymentId", Cluster));
        var outcomes = await Task.WhenAll(Enumerable.Range(1, 8).Select(port => JoinAsync(port, version: 0)));
        Assert.Equal(1, outcomes.Sum(outcome => Convert.ToInt32(outcome, null)));
        var row = Assert.Single(await RowsAsync("MembershipReadAllKey", ("DeploymentId", Cluster)));
        Assert.Equal(1, row["Version"]);
        Assert.Equal("silo", row["SiloName"]);
        Assert.Equal(Now, row["StartTime"]);

        var joined = (int)row["Port"];
        Assert.Equal(0, await JoinAsync(joined, version: 1));
        Assert.Equal(1, await JoinAsync(joined + 1, version: 1));
        Assert.Equal(2, (await RowsAsync("MembershipReadAllKey", ("DeploymentId", Cluster))).Count);
    }

    [Fact]
    public async Task A_change_at_an_old_version_or_of_an_unknown_silo_changes_nothing()
    {
        await CallAsync("InsertMembershipVersionKey", ("DeploymentId", Cluster));
        await JoinAsync(1, version: 0);
        Assert.Equal(0, await UpdateAsync(port: 1, version: 0, status: 6));
        Assert.Equal(0, await UpdateAsync(port: 2, version: 1, status: 6));
        var before = Assert.Single(await RowsAsync("MembershipReadRowKey", Silo(1)));
        Assert.Equal((3, 1), (before["Status"], before["Version"]));

        Assert.Equal(1, await UpdateAsync(port: 1, version: 1, status: 6));
        var after = Assert.Single(await RowsAsync("MembershipReadRowKey", Silo(1)));
        Assert.Equal((6, 2, "127.0.0.1:2@1,then"), (after["Status"], after["Version"], after["SuspectTimes"]));
        Assert.Empty(await RowsAsync("GatewaysQueryKey", ("DeploymentId", Cluster), ("Status", 3)));
    }

    [Fact]
    public async Task Only_active_silos_with_a_port_for_gateways_are_listed_and_only_dead_old_ones_are_cleaned_up()
    {
        await CallAsync("InsertMembershipVersionKey", ("DeploymentId", Cluster));
        await JoinAsync(1, version: 0);
        await JoinAsync(2, version: 1, gatewayPort: 0);
        await JoinAsync(3, version: 2);
        await UpdateAsync(port: 3, version: 3, status: 6);
        var gateway = Assert.Single(await RowsAsync("GatewaysQueryKey", ("DeploymentId", Cluster), ("Status", 3)));
        Assert.Equal(("127.0.0.1", 30_001), (gateway["Address"], gateway["ProxyPort"]));

        await ExecuteAsync("CleanupDefunctSiloEntriesKey", ("DeploymentId", Cluster), ("IAmAliveTime", Now.AddSeconds(1)));
        Assert.Equal([1, 2], (await RowsAsync("MembershipReadAllKey", ("DeploymentId", Cluster))).Select(row => (int)row["Port"]).Order());
        await ExecuteAsync("UpdateIAmAlivetimeKey", [.. Silo(1), ("IAmAliveTime", Now.AddHours(1))]);
        Assert.Equal(Now.AddHours(1), Assert.Single(await RowsAsync("MembershipReadRowKey", Silo(1)))["IAmAliveTime"]);
        await ExecuteAsync("DeleteMembershipTableEntriesKey", ("DeploymentId", Cluster));
        Assert.Empty(await RowsAsync("MembershipReadAllKey", ("DeploymentId", Cluster)));
    }

    [Fact]
    public async Task Reminders_are_found_by_grain_and_by_either_kind_of_range_and_go_only_at_their_version()
    {
        foreach (var (grain, hash) in new[] { ("a", -100), ("b", 0), ("c", 100) })
        {
            Assert.Equal(0, await CallAsync("UpsertReminderRowKey", Reminder(grain, hash)));
        }

        Assert.Equal(1, await CallAsync("UpsertReminderRowKey", Reminder("b", 0)));
        Assert.Equal(["b", "c"], await GrainsAsync("ReadRangeRows1Key", -100, 100));
        Assert.Equal(["a", "c"], await GrainsAsync("ReadRangeRows2Key", 50, -50));
        var one = Assert.Single(await RowsAsync("ReadReminderRowKey", ("ServiceId", "s"), ("GrainId", "b"), ("ReminderName", "r")));
        Assert.Equal((60_000L, 1, Now), (one["Period"], one["Version"], one["StartTime"]));
        Assert.Single(await RowsAsync("ReadReminderRowsKey", ("ServiceId", "s"), ("GrainId", "b")));

        Assert.Equal(0, await CallAsync("DeleteReminderRowKey", ("ServiceId", "s"), ("GrainId", "b"), ("ReminderName", "r"), ("Version", 0)));
        Assert.Equal(1, await CallAsync("DeleteReminderRowKey", ("ServiceId", "s"), ("GrainId", "b"), ("ReminderName", "r"), ("Version", 1)));
        await ExecuteAsync("DeleteReminderRowsKey", ("ServiceId", "s"));
        Assert.Empty(await RowsAsync("ReadReminderRowsKey", ("ServiceId", "s"), ("GrainId", "a")));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("key")]
    public async Task A_grain_state_is_written_only_at_the_version_that_was_read(string? extension)
    {
        Assert.Equal(1, await CallAsync("WriteToStorageKey", State(extension, null, 1)));
        Assert.Equal(DBNull.Value, await CallAsync("WriteToStorageKey", State(extension, null, 2)));
        Assert.Equal(2, await CallAsync("WriteToStorageKey", State(extension, 1, 3)));
        Assert.Equal(1, await CallAsync("WriteToStorageKey", State(extension, 1, 4)));
        var stored = Assert.Single(await RowsAsync("ReadFromStorageKey", Key(extension)));
        Assert.Equal(2, stored["Version"]);
        Assert.Equal([3], (byte[])stored["PayloadBinary"]);

        Assert.Null(await CallAsync("ClearStorageKey", [.. Key(extension), ("GrainStateVersion", 1)]));
        Assert.Equal(3, await CallAsync("ClearStorageKey", [.. Key(extension), ("GrainStateVersion", 2)]));
        Assert.Equal(DBNull.Value, Assert.Single(await RowsAsync("ReadFromStorageKey", Key(extension)))["PayloadBinary"]);
        Assert.Equal(4, await CallAsync("DeleteStorageKey", [.. Key(extension), ("GrainStateVersion", 3)]));
        Assert.Empty(await RowsAsync("ReadFromStorageKey", Key(extension)));
    }

    private Task<object?> JoinAsync(int port, int version, int gatewayPort = 30_001) => CallAsync(
        "InsertMembershipKey",
        [.. Silo(port), ("SiloName", "silo"), ("HostName", "host"), ("Status", 3), ("ProxyPort", gatewayPort), ("StartTime", Now), ("IAmAliveTime", Now), ("Version", version)]);

    private Task<object?> UpdateAsync(int port, int version, int status) => CallAsync(
        "UpdateMembershipKey",
        [.. Silo(port), ("Status", status), ("SuspectTimes", "127.0.0.1:2@1,then"), ("IAmAliveTime", Now), ("Version", version)]);

    private static (string, object?)[] Silo(int port) => [("DeploymentId", Cluster), ("Address", "127.0.0.1"), ("Port", port), ("Generation", 7)];

    private static (string, object?)[] Reminder(string grain, int hash) =>
        [("ServiceId", "s"), ("GrainId", grain), ("ReminderName", "r"), ("StartTime", Now), ("Period", 60_000L), ("GrainHash", hash)];

    private static (string, object?)[] Key(string? extension) =>
        [("GrainIdHash", 1), ("GrainIdN0", 2L), ("GrainIdN1", 3L), ("GrainTypeHash", 4), ("GrainTypeString", "t"), ("GrainIdExtensionString", extension), ("ServiceId", "s")];

    private static (string, object?)[] State(string? extension, int? version, byte content) => [.. Key(extension), ("GrainStateVersion", version), ("PayloadBinary", new[] { content })];

    private async Task<List<string>> GrainsAsync(string query, int begin, int end) =>
        [.. (await RowsAsync(query, ("ServiceId", "s"), ("BeginHash", begin), ("EndHash", end))).Select(row => (string)row["GrainId"]).Order(StringComparer.Ordinal)];

    private async Task<object?> CallAsync(string query, params (string Name, object? Value)[] parameters)
    {
        await using var command = await CommandAsync(query, parameters);
        return await command.ExecuteScalarAsync();
    }

    private async Task ExecuteAsync(string query, params (string Name, object? Value)[] parameters)
    {
        await using var command = await CommandAsync(query, parameters);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<List<Dictionary<string, object>>> RowsAsync(string query, params (string Name, object? Value)[] parameters)
    {
        await using var command = await CommandAsync(query, parameters);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<Dictionary<string, object>>();
        while (await reader.ReadAsync())
        {
            rows.Add(Enumerable.Range(0, reader.FieldCount).ToDictionary(reader.GetName, reader.GetValue, StringComparer.OrdinalIgnoreCase));
        }

        return rows;
    }

    private async Task<NpgsqlCommand> CommandAsync(string query, (string Name, object? Value)[] parameters)
    {
        await using var lookup = _database.CreateCommand("SELECT querytext FROM orleansquery WHERE querykey = $1");
        lookup.Parameters.Add(new() { Value = query });
        var command = _database.CreateCommand((string)(await lookup.ExecuteScalarAsync())!);
        foreach (var (name, value) in parameters) command.Parameters.Add(new NpgsqlParameter(name, value ?? DBNull.Value));
        return command;
    }
}
