namespace Trading.Storage.Accounts;

/// <summary>
/// The account system (SIM-042, SIM-043): users, plans, limits and API keys. It is not part of the simulation API: an
/// administrative command writes it, the service reads it and watches it. Thread-safe; writers of other processes are kept out by a lock.
/// </summary>
public interface IAccountStore
{
    /// <summary>Makes an account with a new user id and no key.</summary>
    ValueTask<Account> CreateAsync(NewAccount account, CancellationToken ct);

    /// <exception cref="AccountException">Unknown user, or a limit name or value that does not exist.</exception>
    ValueTask<Account> UpdateAsync(string userId, AccountUpdate update, CancellationToken ct);

    /// <summary>Null for an unknown user.</summary>
    ValueTask<Account?> FindAsync(string userId, CancellationToken ct);

    /// <summary>All accounts, oldest first.</summary>
    ValueTask<IReadOnlyList<Account>> ListAsync(CancellationToken ct);

    /// <summary>A new active key beside those the user has.</summary>
    /// <exception cref="AccountException">Unknown user.</exception>
    ValueTask<IssuedApiKey> IssueKeyAsync(string userId, CancellationToken ct);

    /// <summary>A new active key of the same user; the named one becomes retired, in one step.</summary>
    /// <exception cref="AccountException">Unknown key, or a key that is not active.</exception>
    ValueTask<IssuedApiKey> RotateKeyAsync(string keyId, CancellationToken ct);

    /// <summary>Revokes a key, whatever its state. Doing it twice is fine.</summary>
    /// <exception cref="AccountException">Unknown key.</exception>
    ValueTask<Account> DisableKeyAsync(string keyId, CancellationToken ct);

    /// <summary>Makes a disabled key active again.</summary>
    /// <exception cref="AccountException">Unknown key, or a retired one: rotation is final.</exception>
    ValueTask<Account> EnableKeyAsync(string keyId, CancellationToken ct);

    /// <summary>
    /// Whose key this is, whatever its state; null for anything that was never issued. Constant-time in the secret part.
    /// The caller refuses <see cref="ApiKeyState.Retired"/> like an unknown key and <see cref="ApiKeyState.Disabled"/> as disabled.
    /// </summary>
    ValueTask<ApiKeyMatch?> FindByKeyAsync(string apiKey, CancellationToken ct);

    /// <summary>The limits of a plan as configured in the account system (defaults: spec tables 5.1 and 5.2), every name of <see cref="LimitNames.OfPlan"/>.</summary>
    ValueTask<IReadOnlyDictionary<string, long>> PlanLimitsAsync(Plan plan, CancellationToken ct);

    /// <summary>Changes one limit of a plan for all its users; null returns to the default (SIM-064).</summary>
    /// <exception cref="AccountException">Unknown limit name or impossible value.</exception>
    ValueTask SetPlanLimitAsync(Plan plan, string limit, long? value, CancellationToken ct);

    /// <summary>
    /// Reports every account once, and then each one that changed, also through another process, within a second (by the store's clock).
    /// Several changes of one account may be reported as one. A changed plan limit reports every account of that plan. Ends by cancellation only.
    /// </summary>
    IAsyncEnumerable<AccountChange> WatchAsync(CancellationToken ct);
}
