using Trading.MarketData.Markets;
using Trading.MarketData.Sources;
using Trading.MarketData.Store;
using Trading.MarketData.Synthetic;
using Trading.Storage.Accounts;

namespace Trading.Silo.Composition;

/// <param name="Exists">There is a demo account, and its key is in the data folder.</param>
/// <param name="NewKey">The key, if it was made just now.</param>
internal sealed record DemoAccount(bool Exists, string? NewKey);

/// <summary>What a fresh data folder gets, so that the first minute with the service needs no decision: bars to simulate and an account without limits.</summary>
internal static class FirstStart
{
    private const string DemoName = "demo";
    private const long DemoSeed = 20240102;

    public static async Task<DemoAccount> PrepareAsync(IServiceProvider services, ServiceSettings settings, DataFolder data, CancellationToken cancellationToken)
    {
        // a wrong table of instruments ends the start and not the first session
        services.GetRequiredService<IBarSource>();
        if (settings.Bars.Count == 0) await PrepareBarsAsync(services, data, cancellationToken);
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

    /// <summary>The demo's bars as files for the client's strategy, and in the store for the service.</summary>
    private static async Task PrepareBarsAsync(IServiceProvider services, DataFolder data, CancellationToken cancellationToken)
    {
        await DemoData.EnsureAsync(data.Bars, DemoSeed, progress: null, cancellationToken);
        try
        {
            await DemoStore.EnsureAsync(services.GetRequiredService<ICandleStore>(), services.GetRequiredService<MarketTable>(), data.Bars, cancellationToken);
        }
        catch (Exception problem) when (problem is CandleStoreException or BarSourceException)
        {
            throw new StartException($"the demo's bars cannot be stored: {problem.Message.ReplaceLineEndings(" ")}");
        }
    }
}
