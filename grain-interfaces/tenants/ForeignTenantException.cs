namespace Trading.GrainInterfaces.Tenants;

/// <summary>
/// A client's call was about to reach another user's grain and was stopped. It says nothing about whether that grain exists (SIM-046); towards the
/// client it is the same as a session that does not exist.
/// </summary>
[GenerateSerializer, Alias("trading.foreign-tenant")]
public sealed class ForeignTenantException : Exception
{
    public ForeignTenantException()
        : base("the call names a grain of another tenant")
    {
    }
}
