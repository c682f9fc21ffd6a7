namespace Trading.GrainInterfaces;

/// <summary>Keys of the values that travel with a call.</summary>
public static class CallContext
{
    /// <summary>
    /// The user on whose behalf the gateway calls, from the verified token. Where it is set, the silo lets the call reach this user's grains only;
    /// calls that the service makes by itself carry none.
    /// </summary>
    public const string Tenant = "tenant";
}
