namespace Trading.Grains.Tenants;

/// <summary>A call names a user that the account system does not know.</summary>
[GenerateSerializer, Alias("trading.unknown-tenant")]
public sealed class UnknownTenantException : Exception
{
    public UnknownTenantException(string user)
        : base($"the account system knows no user '{user}'")
    {
    }
}
