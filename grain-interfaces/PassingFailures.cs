using Orleans.Storage;
using Trading.GrainInterfaces.Sessions;

namespace Trading.GrainInterfaces;

/// <summary>
/// Which failures of a grain call pass by themselves: a silo that is gone or going, a call whose answer did not come, a store that is away. The same call may be
/// made again, because calls are idempotent. Everything else is a refusal or a mistake of ours, and would fail again.
/// </summary>
public static class PassingFailures
{
    public static bool Include(Exception failure) => failure switch
    {
        // what the session's grain makes of a journal that is away or was written by another one
        SessionInterruptedException => true,
        TimeoutException or IOException => true,

        // a call that was made without a token was ended by the runtime
        OperationCanceledException or ObjectDisposedException => true,
        BadProviderConfigException => false,
        OrleansException => true,
        _ => false,
    };
}
