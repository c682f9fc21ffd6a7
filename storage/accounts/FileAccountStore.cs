using System.Runtime.CompilerServices;
using System.Text.Json;
using Trading.Storage.Files;

namespace Trading.Storage.Accounts;

/// <summary>
/// Accounts as JSON documents in a folder, each replaced atomically. Several processes may use the folder: a change holds the lock file,
/// and a revision in <c>store.json</c> tells the others, within <see cref="PollInterval"/>, that something has changed.
/// </summary>
public sealed class FileAccountStore : IAccountStore, IDisposable
{
    private const string UserFolder = "users";
    private const string StoreFolder = "store";
    private const string StoreName = "store.json";
    private const string LockFile = "accounts.lock";

    private static readonly TimeSpan ReloadInterval = TimeSpan.FromSeconds(30);

    private readonly IStorageFiles _files;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _writer = new(1);
    private readonly Lock _refresh = new();
    private volatile AccountState _state = AccountState.Empty;
    private long _refreshedAt;
    private long _loadedAt;

    public FileAccountStore(string folder, TimeProvider? time = null)
        : this(new DiskFiles(folder), time)
    {
    }

    public FileAccountStore(IStorageFiles files, TimeProvider? time = null)
    {
        (_files, _time) = (files, time ?? TimeProvider.System);
        files.CreateFolder(UserFolder);
        files.CreateFolder(StoreFolder);
        Refresh(force: true);
    }

    /// <summary>How often another process's changes are looked for: 250 ms.</summary>
    public static TimeSpan PollInterval { get; } = TimeSpan.FromMilliseconds(250);

    public ValueTask<Account> CreateAsync(NewAccount account, CancellationToken ct) => ChangeAsync(AccountState.Create(account), ct);

    public ValueTask<Account> UpdateAsync(string userId, AccountUpdate update, CancellationToken ct) => ChangeAsync(AccountState.Update(userId, update), ct);

    public ValueTask<Account?> FindAsync(string userId, CancellationToken ct) => ValueTask.FromResult(Current().Find(userId));

    public ValueTask<IReadOnlyList<Account>> ListAsync(CancellationToken ct) => ValueTask.FromResult(Current().List());

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

    public ValueTask<ApiKeyMatch?> FindByKeyAsync(string apiKey, CancellationToken ct) => ValueTask.FromResult(Current().Match(apiKey));

    public ValueTask<IReadOnlyDictionary<string, long>> PlanLimitsAsync(Plan plan, CancellationToken ct) =>
        ValueTask.FromResult<IReadOnlyDictionary<string, long>>(Current().PlanLimitsOf(plan));

    public async ValueTask SetPlanLimitAsync(Plan plan, string limit, long? value, CancellationToken ct)
    {
        _ = AccountState.CheckPlanLimit(limit, value);
        await LockedAsync(
            (state, revision) =>
            {
                WriteStore(state.WithPlanLimit(plan, limit, value, revision));
                return true;
            },
            ct).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<AccountChange> WatchAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var reported = new Dictionary<string, (long Revision, Dictionary<string, long> PlanLimits)>(StringComparer.Ordinal);
        while (true)
        {
            Refresh(force: true);
            foreach (var change in _state.ChangesSince(reported)) yield return change;
            await Task.Delay(PollInterval, _time, ct).ConfigureAwait(false);
        }
    }

    public void Dispose() => _writer.Dispose();

    private AccountState Current()
    {
        Refresh(force: false);
        return _state;
    }

    private ValueTask<Account> ChangeAsync(AccountChangeFunction change, CancellationToken ct) => LockedAsync(
        (state, revision) =>
        {
            var document = change(state, revision, _time.GetUtcNow()) with { Revision = revision };
            AtomicFile.Write(_files, UserFolder, $"{document.UserId}.json", JsonSerializer.SerializeToUtf8Bytes(document, AccountJson.Default.AccountDocument));
            // Last, so that whoever sees the new revision finds the new document.
            WriteStore(state.Store with { Revision = revision });
            return document.ToAccount();
        },
        ct);

    private async ValueTask<T> LockedAsync<T>(Func<AccountState, long, T> change, CancellationToken ct)
    {
        await _writer.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            using var held = await TakeLockAsync(ct).ConfigureAwait(false);
            return await Task.Run(
                () =>
                {
                    Reload();
                    var state = _state;
                    // Above every stored revision, also one whose change was interrupted before the store's own revision was written.
                    var highest = state.Users.Values.Aggregate(state.Store.Revision, (revision, user) => Math.Max(revision, user.Revision));
                    var result = change(state, highest + 1);
                    Reload();
                    return result;
                },
                CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _writer.Release();
        }
    }

    private async Task<IDisposable> TakeLockAsync(CancellationToken ct)
    {
        const int Attempts = 250;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return _files.Lock(LockFile);
            }
            catch (IOException exception)
            {
                if (attempt == Attempts)
                    throw new AccountException($"Another process is changing accounts and does not finish: {exception.Message}");
            }
            await Task.Delay(TimeSpan.FromMilliseconds(20), _time, ct).ConfigureAwait(false);
        }
    }

    private void WriteStore(StoreDocument store) =>
        AtomicFile.Write(_files, StoreFolder, StoreName, JsonSerializer.SerializeToUtf8Bytes(store, AccountJson.Default.StoreDocument));

    /// <summary>Loads again if another process has changed something; looks at most once per poll interval unless forced.</summary>
    private void Refresh(bool force)
    {
        lock (_refresh)
        {
            var now = _time.GetTimestamp();
            if (!force && _refreshedAt != 0 && _time.GetElapsedTime(_refreshedAt, now) < PollInterval)
                return;
            _refreshedAt = now;
            // The whole folder now and then, for a change whose process died before it could raise the revision.
            var overdue = _time.GetElapsedTime(_loadedAt, now) >= ReloadInterval;
            if (overdue || _state.Store.Revision == 0 || ReadStore().Revision != _state.Store.Revision)
                Reload();
        }
    }

    private void Reload()
    {
        lock (_refresh)
            Load();
    }

    private void Load()
    {
        _loadedAt = _time.GetTimestamp();
        // The revision is read first: a change that comes in between is loaded now and once more at the next poll, never missed.
        var store = ReadStore();
        var users = new List<AccountDocument>();
        foreach (var name in _files.List(UserFolder).Where(name => name.EndsWith(".json", StringComparison.Ordinal)))
        {
            if (AtomicFile.Read(_files, $"{UserFolder}/{name}") is { } bytes) users.Add(Parse(bytes, $"{UserFolder}/{name}", AccountJson.Default.AccountDocument));
        }
        _state = AccountState.Of(store, users);
    }

    private StoreDocument ReadStore() => AtomicFile.Read(_files, $"{StoreFolder}/{StoreName}") is { } bytes
        ? Parse(bytes, $"{StoreFolder}/{StoreName}", AccountJson.Default.StoreDocument)
        : StoreDocument.Empty;

    private static T Parse<T>(byte[] bytes, string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, type) ?? throw new JsonException("The document is null.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"Account file {path} cannot be read: {exception.Message}", exception);
        }
    }
}
