using Orleans.Runtime;

namespace Orleans.Embedded;

[GrainType("sys.management")]
internal sealed class ManagementGrain(ActorRuntime runtime) : Grain, IManagementGrain
{
    public Task ForceActivationCollection(TimeSpan ageLimit) => Task.WhenAll(runtime.Collect(runtime.Time.GetUtcNow(), ageLimit));

    public Task<int> GetTotalActivationCount() => Task.FromResult(runtime.ActivationCount);
}
