using Trading.MarketData.Sources;
using Trading.Storage.Accounts;

namespace Trading.Silo.Composition;

/// <param name="Exists">There is a demo account, and its key is in the data folder.</param>
/// <param name="NewKey">The key, if it was made just now.</param>
internal sealed record DemoAccount(bool Exists, string? NewKey);

/// <summary>What a fresh data folder gets, so that the first minute with the service needs no decision: an account without limits; bars to simulate come from <see cref="DemoBars"/>.</summary>
internal static class FirstStart
{
    private const string DemoName = "demo";

    /// <summary>A wrong table of instruments ends the start and not the first session.</summary>
    /// <exception cref="StartException">It is wrong.</exception>
    public static void CheckInstruments(IServiceProvider services) => services.GetRequiredService<IBarSource>();

    public static async Task<DemoAccount> PrepareAsync(IServiceProvider services, ServiceSettings settings, DataFolder data, CancellationToken cancellationToken)
    {
        CheckInstruments(services);
        if (!settings.Demo) return new(false, null);
        if (File.Exists(data.DemoKeyFile)) return new(true, null);

        var accounts = services.GetRequiredService<IAccountStore>();
        var known = await accounts.ListAsync(cancellationToken);
        var demo = known.FirstOrDefault(account => account.Name == DemoName);

        // an operator who made accounts of his own and none for demos wants none
        if (demo is null && known.Count > 0) return new(false, null);
        demo ??= await accounts.CreateAsync(
            new NewAccount(DemoName)
            {
                Plan = Plan.Enterprise,
                Tier = BillingTier.Enterprise,
                LimitOverrides = LimitNames.All.ToDictionary(name => name, _ => LimitNames.Unlimited),
            },
            cancellationToken);
        var key = await accounts.IssueKeyAsync(demo.UserId, cancellationToken);
        DataFolder.WriteSecret(data.DemoKeyFile, key.Secret);
        return new(true, key.Secret);
    }
}
