using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Trading.Grains.Tests.Tenants;
using Trading.Storage.Accounts;

namespace Trading.Grains.Tests.Support;

/// <summary>An account system in a dictionary; changes are pushed to whoever watches.</summary>
internal sealed class Accounts : IAccountStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Account> _accounts = [];
    private readonly Dictionary<string, string> _keys = [];
    private readonly List<Channel<AccountChange>> _watchers = [];
    private long _revision;

    /// <summary>Watching fails so many times before it works.</summary>
    public int FailingWatches { get; set; }

    /// <summary>Finished when somebody watches.</summary>
    public TaskCompletionSource Watched { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Account Add(string user, Plan plan, BillingTier tier = BillingTier.Enterprise, params (string Name, long Value)[] overrides) =>
        Put(PlanTables.Account(plan, tier, overrides) with { UserId = user });

    public void AddKey(string user, string keyId, string secret)
    {
        lock (_lock) _keys[secret] = keyId;
        var account = Find(user)!;
        Put(account with { Keys = [.. account.Keys, new ApiKeyInfo(keyId, ApiKeyState.Active, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch)] });
    }

    public void SetKey(string user, string keyId, ApiKeyState state)
    {
        var account = Find(user)!;
        Put(account with { Keys = [.. account.Keys.Select(key => key.KeyId == keyId ? key with { State = state } : key)] });
    }

    public Account Put(Account account)
    {
        lock (_lock)
        {
            account = account with { Revision = ++_revision };
            _accounts[account.UserId] = account;
            foreach (var watcher in _watchers) watcher.Writer.TryWrite(new AccountChange(account, _revision));
            return account;
        }
    }

    public ValueTask<Account?> FindAsync(string userId, CancellationToken ct) => ValueTask.FromResult(Find(userId));

    public ValueTask<ApiKeyMatch?> FindByKeyAsync(string apiKey, CancellationToken ct)
    {
        lock (_lock)
        {
            if (!_keys.TryGetValue(apiKey, out var keyId)) return ValueTask.FromResult<ApiKeyMatch?>(null);
            var account = _accounts.Values.Single(one => one.Keys.Any(key => key.KeyId == keyId));
            return ValueTask.FromResult<ApiKeyMatch?>(new ApiKeyMatch(account, keyId, account.Keys.Single(key => key.KeyId == keyId).State));
        }
    }

    public ValueTask<IReadOnlyDictionary<string, long>> PlanLimitsAsync(Plan plan, CancellationToken ct) => ValueTask.FromResult(PlanTables.Of(plan));

    public async IAsyncEnumerable<AccountChange> WatchAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var channel = Channel.CreateUnbounded<AccountChange>();
        lock (_lock)
        {
            if (FailingWatches > 0)
            {
                FailingWatches--;
                throw new IOException("the account system cannot be reached");
            }

            foreach (var account in _accounts.Values) channel.Writer.TryWrite(new AccountChange(account, _revision));
            _watchers.Add(channel);
        }

        Watched.TrySetResult();
        await foreach (var change in channel.Reader.ReadAllAsync(ct)) yield return change;
    }

    public ValueTask<Account> CreateAsync(NewAccount account, CancellationToken ct) => throw new NotSupportedException();

    public ValueTask<Account> UpdateAsync(string userId, AccountUpdate update, CancellationToken ct) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<Account>> ListAsync(CancellationToken ct) => throw new NotSupportedException();

    public ValueTask<IssuedApiKey> IssueKeyAsync(string userId, CancellationToken ct) => throw new NotSupportedException();

    public ValueTask<IssuedApiKey> RotateKeyAsync(string keyId, CancellationToken ct) => throw new NotSupportedException();

    public ValueTask<Account> DisableKeyAsync(string keyId, CancellationToken ct) => throw new NotSupportedException();

    public ValueTask<Account> EnableKeyAsync(string keyId, CancellationToken ct) => throw new NotSupportedException();

    public ValueTask SetPlanLimitAsync(Plan plan, string limit, long? value, CancellationToken ct) => throw new NotSupportedException();

    private Account? Find(string user)
    {
        lock (_lock) return _accounts.GetValueOrDefault(user);
    }
}
