using System.Security.Cryptography;

namespace Trading.Storage.Accounts;

/// <summary>Makes the next document of an account from the state of all accounts, the revision that the change will have, and the time.</summary>
internal delegate AccountDocument AccountChangeFunction(AccountState state, long revision, DateTimeOffset now);

/// <summary>All accounts at one revision, and what may be asked of them and done to them: the rules of the account system, whatever stores it. Immutable.</summary>
internal sealed record AccountState(StoreDocument Store, Dictionary<string, AccountDocument> Users, Dictionary<string, (string UserId, KeyDocument Key)> Keys)
{
    public static AccountState Empty { get; } = Of(StoreDocument.Empty, []);

    public static AccountState Of(StoreDocument store, IEnumerable<AccountDocument> documents)
    {
        var users = documents.ToDictionary(user => user.UserId, StringComparer.Ordinal);
        var keys = new Dictionary<string, (string, KeyDocument)>(StringComparer.Ordinal);
        foreach (var user in users.Values)
        {
            foreach (var key in user.Keys) keys[key.KeyId] = (user.UserId, key);
        }

        return new AccountState(store, users, keys);
    }

    public Account? Find(string userId) => Users.TryGetValue(userId, out var user) ? user.ToAccount() : null;

    public IReadOnlyList<Account> List() => [.. Users.Values.OrderBy(user => user.CreatedAt).ThenBy(user => user.UserId, StringComparer.Ordinal).Select(user => user.ToAccount())];

    /// <summary>Whose key this is; null for anything that was never issued.</summary>
    public ApiKeyMatch? Match(string apiKey)
    {
        if (ApiKey.IdOf(apiKey) is not { } keyId) return null;
        var known = Keys.TryGetValue(keyId, out var found);

        // an unknown id costs the same hash, so that the time tells nothing about which ids exist
        var matches = ApiKey.Matches(apiKey, known ? found.Key.Salt : new byte[16], known ? found.Key.Hash : new byte[32]);
        return known && matches ? new ApiKeyMatch(Users[found.UserId].ToAccount(), keyId, found.Key.State) : null;
    }

    public Dictionary<string, long> PlanLimitsOf(Plan plan)
    {
        var limits = new Dictionary<string, long>(PlanLimits.DefaultsOf(plan), StringComparer.Ordinal);
        if (Store.PlanLimits.TryGetValue(plan, out var own))
        {
            foreach (var (name, value) in own) limits[name] = value;
        }

        return PlanLimits.Complete(limits);
    }

    /// <summary>The changes to report to somebody who was told <paramref name="reported"/>, which is brought up to date.</summary>
    public IEnumerable<AccountChange> ChangesSince(Dictionary<string, (long Revision, Dictionary<string, long> PlanLimits)> reported)
    {
        var limits = Enum.GetValues<Plan>().ToDictionary(plan => plan, PlanLimitsOf);
        foreach (var user in Users.Values)
        {
            var current = limits[user.Plan];
            if (reported.TryGetValue(user.UserId, out var last) && last.Revision == user.Revision && LimitNames.OfPlan.All(name => last.PlanLimits[name] == current[name])) continue;
            reported[user.UserId] = (user.Revision, current);
            yield return new AccountChange(user.ToAccount(), Store.Revision);
        }
    }

    /// <summary>The store's document with one limit of a plan changed; null returns to the default.</summary>
    /// <exception cref="AccountException">Unknown limit name or impossible value.</exception>
    public StoreDocument WithPlanLimit(Plan plan, string limit, long? value, long revision)
    {
        var (name, canonical) = CheckPlanLimit(limit, value);
        var own = Store.PlanLimits.TryGetValue(plan, out var stored) ? stored : new Dictionary<string, long>();
        var all = new Dictionary<Plan, IReadOnlyDictionary<string, long>>(Store.PlanLimits) { [plan] = Merge(own, new Dictionary<string, long?> { [name] = canonical }) };
        return Store with { Revision = revision, PlanLimits = all };
    }

    /// <exception cref="AccountException">Unknown limit name or impossible value.</exception>
    public static (string Name, long? Value) CheckPlanLimit(string limit, long? value)
    {
        if (!LimitNames.OfPlan.Contains(limit, StringComparer.Ordinal))
            throw new AccountException($"Plans have no limit '{limit}'. The limits of plans are: {string.Join(", ", LimitNames.OfPlan)}.");
        var (name, canonical) = PlanLimits.Canonical(limit, value);
        return (name, canonical);
    }

    public static AccountChangeFunction Create(NewAccount account)
    {
        ArgumentNullException.ThrowIfNull(account);
        var plan = account.Plan ?? PlanLimits.PlanOf(account.Tier ?? BillingTier.None);
        var limits = Merge(new Dictionary<string, long>(), account.LimitOverrides?.ToDictionary(limit => limit.Key, limit => (long?)limit.Value));
        return (_, revision, now) => new AccountDocument
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
        };
    }

    public static AccountChangeFunction Update(string userId, AccountUpdate update)
    {
        ArgumentNullException.ThrowIfNull(update);
        return (state, _, _) =>
        {
            var user = state.Get(userId);

            // a plan that was set on its own stays when the tier changes; one that follows the tier goes on following
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
        };
    }

    public static AccountChangeFunction IssueKey(string userId, string keyId, string secret) => (state, _, now) => WithNewKey(state.Get(userId), keyId, secret, now);

    public static AccountChangeFunction RotateKey(string keyId, string newId, string secret) => (state, _, now) =>
    {
        var (user, key) = state.GetKey(keyId);
        if (key.State != ApiKeyState.Active)
            throw new AccountException($"Key {keyId} is {key.State.ToString().ToLowerInvariant()}; only an active key can be rotated.");
        return WithNewKey(WithKeyState(user, keyId, ApiKeyState.Retired, now), newId, secret, now);
    };

    public static AccountChangeFunction DisableKey(string keyId) => (state, _, now) => WithKeyState(state.GetKey(keyId).User, keyId, ApiKeyState.Disabled, now);

    public static AccountChangeFunction EnableKey(string keyId) => (state, _, now) =>
    {
        var (user, key) = state.GetKey(keyId);
        if (key.State == ApiKeyState.Retired)
            throw new AccountException($"Key {keyId} was rotated and cannot come back; issue a new one.");
        return WithKeyState(user, keyId, ApiKeyState.Active, now);
    };

    private AccountDocument Get(string userId) => Users.TryGetValue(userId, out var user) ? user : throw new AccountException($"There is no user '{userId}'.");

    private (AccountDocument User, KeyDocument Key) GetKey(string keyId) =>
        Keys.TryGetValue(keyId, out var found) ? (Users[found.UserId], found.Key) : throw new AccountException($"There is no key '{keyId}'.");

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
}
