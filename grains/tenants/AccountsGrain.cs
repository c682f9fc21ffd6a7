using Orleans.Concurrency;
using Trading.GrainInterfaces.Tenants;
using Trading.Storage.Accounts;

namespace Trading.Grains.Tenants;

/// <summary>Asks the account system whose key it is. Holds nothing, so there may be as many as there is work for.</summary>
[StatelessWorker]
public sealed class AccountsGrain(IAccountStore accounts) : Grain, IAccountsGrain
{
    public async Task<KeyVerdict> Authenticate(string apiKey, CancellationToken cancellationToken)
    {
        var match = await accounts.FindByKeyAsync(apiKey, cancellationToken);
        return match?.State switch
        {
            ApiKeyState.Active => new(KeyStatus.Active, match.Account.UserId, EffectiveLimits.PlanName(match.Account.Plan), match.KeyId),
            ApiKeyState.Disabled => new(KeyStatus.Disabled, null, null, null),

            // A rotated key answers like one that never existed (SIM-047).
            _ => new(KeyStatus.Unknown, null, null, null),
        };
    }
}
