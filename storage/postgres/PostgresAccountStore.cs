using System.Data;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Trading.Storage.Accounts;

namespace Trading.Storage.Postgres;

/// <summary>
/// Accounts in PostgreSQL. A change locks the row of the store's revision, so that changes of all processes come one after the other; readers keep all accounts in
/// memory and look at the revision at most once per <see cref="PollInterval"/>.
/// </summary>
/// <remarks>Thread-safe, for many processes. A change whose answer was lost throws <see cref="IOException"/>: it may or may not have been made, and a look at the account tells.</remarks>
public sealed class PostgresAccountStore(NpgsqlDataSource database, TimeProvider? time = null) : IAccountStore, IDisposable
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly SemaphoreSlim _loading = new(1);
    private volatile AccountState _state = AccountState.Empty;
    private long _lookedAt;

    /// <summary>How often another process's changes are looked for: 250 ms.</summary>
    public static TimeSpan PollInterval { get; } = TimeSpan.FromMilliseconds(250);

    public ValueTask<Account> CreateAsync(NewAccount account, CancellationToken ct) => ChangeAsync(AccountState.Create(account), ct);

    public ValueTask<Account> UpdateAsync(string userId, AccountUpdate update, CancellationToken ct) => ChangeAsync(AccountState.Update(userId, update), ct);

    public async ValueTask<Account?> FindAsync(string userId, CancellationToken ct) => (await CurrentAsync(ct).ConfigureAwait(false)).Find(userId);

    public async ValueTask<IReadOnlyList<Account>> ListAsync(CancellationToken ct) => (await CurrentAsync(ct).ConfigureAwait(false)).List();

    public async ValueTask<IssuedApiKey> IssueKeyAsync(string userId, CancellationToken ct)
    {
        var keyId = ApiKey.NewId();
        var secret = ApiKey.NewKey(keyId);
        await ChangeAsync(AccountState.IssueKey(userId, keyId, secret), ct).ConfigureAwait(false);
        return new IssuedApiKey(userId, keyId, secret);
    }

    public async ValueTask<IssuedApiKey> RotateKeyAsync(string keyId, CancellationToken ct)
    {
        var newId = ApiKey.NewId();
        var secret = ApiKey.NewKey(newId);
        var account = await ChangeAsync(AccountState.RotateKey(keyId, newId, secret), ct).ConfigureAwait(false);
        return new IssuedApiKey(account.UserId, newId, secret);
    }

    public ValueTask<Account> DisableKeyAsync(string keyId, CancellationToken ct) => ChangeAsync(AccountState.DisableKey(keyId), ct);

    public ValueTask<Account> EnableKeyAsync(string keyId, CancellationToken ct) => ChangeAsync(AccountState.EnableKey(keyId), ct);

    public async ValueTask<ApiKeyMatch?> FindByKeyAsync(string apiKey, CancellationToken ct) => (await CurrentAsync(ct).ConfigureAwait(false)).Match(apiKey);

    public async ValueTask<IReadOnlyDictionary<string, long>> PlanLimitsAsync(Plan plan, CancellationToken ct) => (await CurrentAsync(ct).ConfigureAwait(false)).PlanLimitsOf(plan);

    public async ValueTask SetPlanLimitAsync(Plan plan, string limit, long? value, CancellationToken ct)
    {
        _ = AccountState.CheckPlanLimit(limit, value);
        await LockedAsync<AccountDocument?>(
            (state, revision) => (state.WithPlanLimit(plan, limit, value, revision), null),
            ct).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<AccountChange> WatchAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var reported = new Dictionary<string, (long Revision, Dictionary<string, long> PlanLimits)>(StringComparer.Ordinal);
        while (true)
        {
            var state = _state;
            try
            {
                state = await CurrentAsync(ct, force: true).ConfigureAwait(false);
            }
            catch (IOException)
            {
                // the database is away: what is known still holds, and changes are reported when it is back
            }

            foreach (var change in state.ChangesSince(reported)) yield return change;
            await Task.Delay(PollInterval, _time, ct).ConfigureAwait(false);
        }
    }

    public void Dispose() => _loading.Dispose();

    private async ValueTask<Account> ChangeAsync(AccountChangeFunction change, CancellationToken ct)
    {
        var document = await LockedAsync(
            (state, revision) =>
            {
                var next = change(state, revision, _time.GetUtcNow()) with { Revision = revision };
                return (state.Store with { Revision = revision }, next);
            },
            ct).ConfigureAwait(false);
        return document.ToAccount();
    }

    /// <summary>Makes one change in a transaction that holds the row of the store's revision.</summary>
    private async Task<T> LockedAsync<T>(Func<AccountState, long, (StoreDocument Store, T Document)> change, CancellationToken ct)
    {
        try
        {
            var connection = await database.OpenConnectionAsync(ct).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, ct).ConfigureAwait(false);
                await using (transaction.ConfigureAwait(false))
                {
                    var state = await LoadAsync(connection, "SELECT revision, plan_limits::text FROM account_store FOR UPDATE", ct).ConfigureAwait(false);
                    var (store, document) = change(state, state.Store.Revision + 1);
                    if (document is AccountDocument account) await SaveAsync(connection, account, ct).ConfigureAwait(false);
                    await SaveAsync(connection, store, ct).ConfigureAwait(false);
                    await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
                    Volatile.Write(ref _lookedAt, 0);
                    return document;
                }
            }
        }
        catch (Exception problem) when (PostgresFailures.IsOutage(problem) && problem is not IOException)
        {
            throw new IOException($"The database did not answer: {PostgresFailures.OneLine(problem)}; the change may or may not have been made.", problem);
        }
    }

    /// <summary>All accounts, as they were at most <see cref="PollInterval"/> ago.</summary>
    private async ValueTask<AccountState> CurrentAsync(CancellationToken ct, bool force = false)
    {
        if (!force && IsFresh()) return _state;
        await _loading.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (!force && IsFresh()) return _state;
            var now = _time.GetTimestamp();
            var connection = await database.OpenConnectionAsync(ct).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                if (_state == AccountState.Empty || await RevisionAsync(connection, ct).ConfigureAwait(false) != _state.Store.Revision)
                {
                    // one snapshot for revision and accounts
                    var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct).ConfigureAwait(false);
                    await using (transaction.ConfigureAwait(false)) _state = await LoadAsync(connection, "SELECT revision, plan_limits::text FROM account_store", ct).ConfigureAwait(false);
                }
            }

            Volatile.Write(ref _lookedAt, now);
            return _state;
        }
        catch (Exception problem) when (PostgresFailures.IsOutage(problem) && problem is not IOException)
        {
            throw new IOException($"The database does not answer: {PostgresFailures.OneLine(problem)}", problem);
        }
        finally
        {
            _loading.Release();
        }
    }

    private bool IsFresh()
    {
        var looked = Volatile.Read(ref _lookedAt);
        return looked != 0 && _time.GetElapsedTime(looked) < PollInterval;
    }

    private static async Task<long> RevisionAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var command = new NpgsqlCommand("SELECT revision FROM account_store", connection);
        await using (command.ConfigureAwait(false)) return (long)(await command.ExecuteScalarAsync(ct).ConfigureAwait(false))!;
    }

    private static async Task<AccountState> LoadAsync(NpgsqlConnection connection, string storeSql, CancellationToken ct)
    {
        var store = StoreDocument.Empty;
        var users = new List<AccountDocument>();
        var command = new NpgsqlCommand(storeSql, connection);
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                await reader.ReadAsync(ct).ConfigureAwait(false);
                var limits = Parse(reader.GetString(1), AccountJson.Default.IReadOnlyDictionaryPlanIReadOnlyDictionaryStringInt64, "the plan limits");
                store = StoreDocument.Empty with { Revision = reader.GetInt64(0), PlanLimits = limits };
            }
        }

        command = new NpgsqlCommand("SELECT document::text, user_id FROM accounts", connection);
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(ct).ConfigureAwait(false)) users.Add(Parse(reader.GetString(0), AccountJson.Default.AccountDocument, $"account {reader.GetString(1)}"));
            }
        }

        return AccountState.Of(store, users);
    }

    private static async Task SaveAsync(NpgsqlConnection connection, AccountDocument account, CancellationToken ct)
    {
        var command = new NpgsqlCommand(
            "INSERT INTO accounts (user_id, revision, document) VALUES ($1, $2, $3) ON CONFLICT (user_id) DO UPDATE SET revision = excluded.revision, document = excluded.document",
            connection)
        {
            Parameters = { PostgresCalls.Text(account.UserId), PostgresCalls.Number(account.Revision), Json(JsonSerializer.Serialize(account, AccountJson.Default.AccountDocument)) },
        };
        await using (command.ConfigureAwait(false)) await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    private static async Task SaveAsync(NpgsqlConnection connection, StoreDocument store, CancellationToken ct)
    {
        var command = new NpgsqlCommand("UPDATE account_store SET revision = $1, plan_limits = $2", connection)
        {
            Parameters = { PostgresCalls.Number(store.Revision), Json(JsonSerializer.Serialize(store.PlanLimits, AccountJson.Default.IReadOnlyDictionaryPlanIReadOnlyDictionaryStringInt64)) },
        };
        await using (command.ConfigureAwait(false)) await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    private static NpgsqlParameter<string> Json(string text) => new() { TypedValue = text, NpgsqlDbType = NpgsqlDbType.Jsonb };

    private static T Parse<T>(string text, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, string what)
    {
        try
        {
            return JsonSerializer.Deserialize(text, type) ?? throw new JsonException("The document is null.");
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException($"{what} cannot be read: {problem.Message}", problem);
        }
    }
}
