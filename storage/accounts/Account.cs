namespace Trading.Storage.Accounts;

/// <summary>The plan as it appears on the wire and in tokens; decides the limits of spec section 5.</summary>
public enum Plan
{
    Free,
    Professional,
    Enterprise,
}

/// <summary>What the account pays for; decides the daily allowances. An attribute of its own beside <see cref="Plan"/> (SIM-077).</summary>
public enum BillingTier
{
    /// <summary>An unpaid account.</summary>
    None,
    Starter,
    Pro,
    Enterprise,
}

public enum ApiKeyState
{
    /// <summary>May be exchanged for tokens.</summary>
    Active,

    /// <summary>Replaced by rotation: refused at the next token exchange, open connections live on (SIM-047).</summary>
    Retired,

    /// <summary>Revoked: refused, and connections opened through it are closed (SIM-048).</summary>
    Disabled,
}

/// <summary>What may be shown about an API key. The key itself is shown once, when it is issued.</summary>
public sealed record ApiKeyInfo(string KeyId, ApiKeyState State, DateTimeOffset CreatedAt, DateTimeOffset StateChangedAt);

/// <summary>A freshly issued key. <see cref="Secret"/> is the only copy of the full key text; never log it.</summary>
public sealed record IssuedApiKey(string UserId, string KeyId, string Secret)
{
    /// <summary>Leaves the secret out, so that a record that slips into a log gives nothing away.</summary>
    public override string ToString() => $"{UserId} {KeyId}";
}

/// <summary>One user of the service.</summary>
/// <param name="UserId"><c>user_</c> and an identifier.</param>
/// <param name="Name">Free text for people.</param>
/// <param name="Plan">Wire plan.</param>
/// <param name="Tier">Billing tier.</param>
/// <param name="PayPerUse">Charged by use; opt-in (SIM-078).</param>
/// <param name="LimitOverrides">Limit name to value for this user; a name that is absent has the plan's value, <see cref="LimitNames.Unlimited"/> lifts the limit.</param>
/// <param name="Keys">All keys ever issued to the user, oldest first.</param>
/// <param name="Revision">Grows with every change of this account.</param>
/// <param name="CreatedAt">When the account was made.</param>
public sealed record Account(
    string UserId,
    string Name,
    Plan Plan,
    BillingTier Tier,
    bool PayPerUse,
    IReadOnlyDictionary<string, long> LimitOverrides,
    IReadOnlyList<ApiKeyInfo> Keys,
    long Revision,
    DateTimeOffset CreatedAt);

/// <summary>What a new account starts with. A null plan or tier follows from the other one by the default mapping of SIM-077.</summary>
public sealed record NewAccount(string Name)
{
    public Plan? Plan { get; init; }

    public BillingTier? Tier { get; init; }

    public bool PayPerUse { get; init; }

    public IReadOnlyDictionary<string, long>? LimitOverrides { get; init; }
}

/// <summary>A change of an account; null leaves the attribute as it is.</summary>
public sealed record AccountUpdate
{
    public string? Name { get; init; }

    public Plan? Plan { get; init; }

    public BillingTier? Tier { get; init; }

    public bool? PayPerUse { get; init; }

    /// <summary>Limit name to new value; a null value removes the override, so that the plan's value holds again.</summary>
    public IReadOnlyDictionary<string, long?>? Limits { get; init; }
}

/// <summary>The answer to a presented key: whose it is, which one, and whether it may be used.</summary>
public sealed record ApiKeyMatch(Account Account, string KeyId, ApiKeyState State);

/// <summary>An account is new or has changed. <see cref="Account"/> is the state after the change.</summary>
public sealed record AccountChange(Account Account, long StoreRevision);

/// <summary>A call names an account or key that does not exist, or asks for something the account system forbids. The message is fit for a person.</summary>
public sealed class AccountException : Exception
{
    public AccountException(string message)
        : base(message)
    {
    }
}
