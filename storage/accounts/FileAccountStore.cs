using System.Runtime.CompilerServices;
using System.Security.Cryptography;
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
    private volatile State _state = new(StoreDocument.Empty, new Dictionary<string, AccountDocument>(StringComparer.Ordinal), new Dictionary<string, (string, KeyDocument)>(StringComparer.Ordinal));
    private long _refreshedAt;
    private long _loadedAt;

    private sealed record State(StoreDocument Store, Dictionary<string, AccountDocument> Users, Dictionary<string, (string UserId, KeyDocument Key)> Keys);

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

    public async ValueTask<Account> CreateAsync(NewAccount account, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(account);
        var plan = account.Plan ?? PlanLimits.PlanOf(account.Tier ?? BillingTier.None);
        var limits = Merge(new Dictionary<string, long>(), account.LimitOverrides?.ToDictionary(limit => limit.Key, limit => (long?)limit.Value));
        return await ChangeAsync(
            (state, revision, now) => new AccountDocument
            {
                SchemaVersion = 1,
                UserId = $"user_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}",
                Name = account.Name,
                Plan = plan,
                Tier = account.Tier ?? PlanLimits.TierOf(plan),
                PayPerUse = account.PayPerUse,
                Limits = limits,
                Keys = [],
                Revision = revision,
                CreatedAt = now,
            },
            ct).ConfigureAwait(false);
    }

    public async ValueTask<Account> UpdateAsync(string userId, AccountUpdate update, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(update);
        return await ChangeAsync(
            (state, _, _) =>
            {
                var user = Find(state, userId);
                // A plan that was set on its own stays when the tier changes; one that follows the tier goes on following.
                var follows = user.Plan == PlanLimits.PlanOf(user.Tier);
                var tier = update.Tier ?? user.Tier;
                return user with
                {
                    Name = update.Name ?? user.Name,
                    Tier = tier,
                    Plan = update.Plan ?? (update.Tier is not null && follows ? PlanLimits.PlanOf(tier) : user.Plan),
                    PayPerUse = update.PayPerUse ?? user.PayPerUse,
                    Limits = Merge(user.Limits, update.Limits),
                };
            },
            ct).ConfigureAwait(false);
    }

    public ValueTask<Account?> FindAsync(string userId, CancellationToken ct)
    {
        Refresh(force: false);
        return ValueTask.FromResult(_state.Users.TryGetValue(userId, out var user) ? user.ToAccount() : null);
    }

    public ValueTask<IReadOnlyList<Account>> ListAsync(CancellationToken ct)
    {
        Refresh(force: false);
        IReadOnlyList<Account> accounts = [.. _state.Users.Values.OrderBy(user => user.CreatedAt).ThenBy(user => user.UserId, StringComparer.Ordinal).Select(user => user.ToAccount())];
        return ValueTask.FromResult(accounts);
    }

    public async ValueTask<IssuedApiKey> IssueKeyAsync(string userId, CancellationToken ct)
    {
        var keyId = ApiKey.NewId();
        var secret = ApiKey.NewKey(keyId);
        await ChangeAsync((state, _, now) => WithNewKey(Find(state, userId), keyId, secret, now), ct).ConfigureAwait(false);
        return new IssuedApiKey(userId, keyId, secret);
    }

    public async ValueTask<IssuedApiKey> RotateKeyAsync(string keyId, CancellationToken ct)
    {
        var newId = ApiKey.NewId();
        var secret = ApiKey.NewKey(newId);
        var account = await ChangeAsync(
            (state, _, now) =>
            {
                var (user, key) = FindKey(state, keyId);
                if (key.State != ApiKeyState.Active)
                    throw new AccountException($"Key {keyId} is {key.State.ToString().ToLowerInvariant()}; only an active key can be rotated.");
                return WithNewKey(WithKeyState(user, keyId, ApiKeyState.Retired, now), newId, secret, now);
            },
            ct).ConfigureAwait(false);
        return new IssuedApiKey(account.UserId, newId, secret);
    }

    public async ValueTask<Account> DisableKeyAsync(string keyId, CancellationToken ct) =>
        await ChangeAsync((state, _, now) => WithKeyState(FindKey(state, keyId).User, keyId, ApiKeyState.Disabled, now), ct).ConfigureAwait(false);

    public async ValueTask<Account> EnableKeyAsync(string keyId, CancellationToken ct) => await ChangeAsync(
        (state, _, now) =>
        {
            var (user, key) = FindKey(state, keyId);
            if (key.State == ApiKeyState.Retired)
                throw new AccountException($"Key {keyId} was rotated and cannot come back; issue a new one.");
            return WithKeyState(user, keyId, ApiKeyState.Active, now);
        },
        ct).ConfigureAwait(false);

    public ValueTask<ApiKeyMatch?> FindByKeyAsync(string apiKey, CancellationToken ct)
    {
        var keyId = ApiKey.IdOf(apiKey);
        if (keyId is null)
            return ValueTask.FromResult<ApiKeyMatch?>(null);
        Refresh(force: false);
        var state = _state;
        var known = state.Keys.TryGetValue(keyId, out var found);
        // An unknown id costs the same hash, so that the time tells nothing about which ids exist.
        var matches = ApiKey.Matches(apiKey, known ? found.Key.Salt : new byte[16], known ? found.Key.Hash : new byte[32]);
        return ValueTask.FromResult(known && matches ? new ApiKeyMatch(state.Users[found.UserId].ToAccount(), keyId, found.Key.State) : null);
    }

    public ValueTask<IReadOnlyDictionary<string, long>> PlanLimitsAsync(Plan plan, CancellationToken ct)
    {
        Refresh(force: false);
        return ValueTask.FromResult<IReadOnlyDictionary<string, long>>(PlanLimitsOf(_state, plan));
    }

    public async ValueTask SetPlanLimitAsync(Plan plan, string limit, long? value, CancellationToken ct)
    {
        if (!LimitNames.OfPlan.Contains(limit, StringComparer.Ordinal))
            throw new AccountException($"Plans have no limit '{limit}'. The limits of plans are: {string.Join(", ", LimitNames.OfPlan)}.");
        var (name, canonical) = PlanLimits.Canonical(limit, value);
        await LockedAsync(
            (state, revision) =>
            {
                var own = state.Store.PlanLimits.TryGetValue(plan, out var stored) ? stored : new Dictionary<string, long>();
                var all = new Dictionary<Plan, IReadOnlyDictionary<string, long>>(state.Store.PlanLimits) { [plan] = Merge(own, new Dictionary<string, long?> { [name] = canonical }) };
                WriteStore(state.Store with { Revision = revision, PlanLimits = all });
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
            var state = _state;
            var limits = Enum.GetValues<Plan>().ToDictionary(plan => plan, plan => PlanLimitsOf(state, plan));
            foreach (var user in state.Users.Values)
            {
                var current = limits[user.Plan];
                if (reported.TryGetValue(user.UserId, out var last) && last.Revision == user.Revision && LimitNames.OfPlan.All(name => last.PlanLimits[name] == current[name]))
                    continue;
                reported[user.UserId] = (user.Revision, current);
                yield return new AccountChange(user.ToAccount(), state.Store.Revision);
            }
            await Task.Delay(PollInterval, _time, ct).ConfigureAwait(false);
        }
    }

    public void Dispose() => _writer.Dispose();

    private static AccountDocument Find(State state, string userId) =>
        state.Users.TryGetValue(userId, out var user) ? user : throw new AccountException($"There is no user '{userId}'.");

    private static (AccountDocument User, KeyDocument Key) FindKey(State state, string keyId) =>
        state.Keys.TryGetValue(keyId, out var found) ? (state.Users[found.UserId], found.Key) : throw new AccountException($"There is no key '{keyId}'.");

    private static AccountDocument WithNewKey(AccountDocument user, string keyId, string secret, DateTimeOffset now)
    {
        var salt = ApiKey.NewSalt();
        var key = new KeyDocument { KeyId = keyId, State = ApiKeyState.Active, Salt = salt, Hash = ApiKey.Hash(secret, salt), CreatedAt = now, StateChangedAt = now };
        return user with { Keys = [.. user.Keys, key] };
    }

    private static AccountDocument WithKeyState(AccountDocument user, string keyId, ApiKeyState state, DateTimeOffset now) =>
        user with { Keys = [.. user.Keys.Select(key => key.KeyId == keyId && key.State != state ? key with { State = state, StateChangedAt = now } : key)] };

    private static Dictionary<string, long> Merge(IReadOnlyDictionary<string, long> limits, IReadOnlyDictionary<string, long?>? changes)
    {
        var merged = new Dictionary<string, long>(limits, StringComparer.Ordinal);
        foreach (var (name, value) in (changes ?? new Dictionary<string, long?>()).Select(change => PlanLimits.Canonical(change.Key, change.Value)))
        {
            if (value is { } set)
                merged[name] = set;
            else
                merged.Remove(name);
        }
        return merged;
    }

    private static Dictionary<string, long> PlanLimitsOf(State state, Plan plan)
    {
        var limits = new Dictionary<string, long>(PlanLimits.DefaultsOf(plan), StringComparer.Ordinal);
        if (state.Store.PlanLimits.TryGetValue(plan, out var own))
        {
            foreach (var (name, value) in own)
                limits[name] = value;
        }
        return PlanLimits.Complete(limits);
    }

    private ValueTask<Account> ChangeAsync(Func<State, long, DateTimeOffset, AccountDocument> change, CancellationToken ct) => LockedAsync(
        (state, revision) =>
        {
            var document = change(state, revision, _time.GetUtcNow()) with { Revision = revision };
            AtomicFile.Write(_files, UserFolder, $"{document.UserId}.json", JsonSerializer.SerializeToUtf8Bytes(document, AccountJson.Default.AccountDocument));
            // Last, so that whoever sees the new revision finds the new document.
            WriteStore(state.Store with { Revision = revision });
            return document.ToAccount();
        },
        ct);

    private async ValueTask<T> LockedAsync<T>(Func<State, long, T> change, CancellationToken ct)
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
        var users = new Dictionary<string, AccountDocument>(StringComparer.Ordinal);
        var keys = new Dictionary<string, (string, KeyDocument)>(StringComparer.Ordinal);
        foreach (var name in _files.List(UserFolder).Where(name => name.EndsWith(".json", StringComparison.Ordinal)))
        {
            if (AtomicFile.Read(_files, $"{UserFolder}/{name}") is not { } bytes)
                continue;
            var user = Parse(bytes, $"{UserFolder}/{name}", AccountJson.Default.AccountDocument);
            users[user.UserId] = user;
            foreach (var key in user.Keys)
                keys[key.KeyId] = (user.UserId, key);
        }
        _state = new State(store, users, keys);
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
