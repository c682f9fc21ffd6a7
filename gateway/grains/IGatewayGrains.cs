using Orleans;
using Trading.GrainInterfaces;
using Trading.GrainInterfaces.Data;
using Trading.GrainInterfaces.Orders;
using Trading.GrainInterfaces.Portfolios;
using Trading.GrainInterfaces.Runs;
using Trading.GrainInterfaces.Sessions;
using Trading.GrainInterfaces.Tenants;

namespace Trading.Gateway.Grains;

/// <summary>The grains a gateway talks to. Keys are made here, from the verified identity, so that a request cannot name another tenant's.</summary>
internal interface IGatewayGrains
{
    ISessionGrain Session(string userId, string sessionId);

    IPortfolioGrain Portfolio(string userId, string sessionId);

    IOrderGrain Order(string userId, string sessionId, string orderId);

    ITenantGrain Tenant(string userId);

    IAccountsGrain Accounts();

    /// <param name="symbol">As asked for, its form checked.</param>
    ICandlesGrain Candles(string symbol);

    IDataCatalogueGrain DataCatalogue();

    ICompletenessGrain Completeness(string analysisId);

    IDataUpdatesGrain DataUpdates();

    /// <param name="requestId">A UUID in its usual form, lower case.</param>
    IDataUpdateGrain DataUpdate(string requestId);

    /// <param name="userId">Whose run it is.</param>
    /// <param name="id">A UUID in its usual form, lower case.</param>
    IRunGrain Run(string userId, string id);

    IRunsGrain Runs(string userId);

    /// <summary>A reference grains can call; the caller keeps the object alive.</summary>
    ISessionObserver Reference(ISessionObserver observer);

    ITenantObserver Reference(ITenantObserver observer);
}

/// <summary>The same through the actor runtime.</summary>
internal sealed class ActorGrains(IGrainFactory factory) : IGatewayGrains
{
    public ISessionGrain Session(string userId, string sessionId) => factory.GetGrain<ISessionGrain>(GrainKeys.Session(userId, sessionId));

    public IPortfolioGrain Portfolio(string userId, string sessionId) => factory.GetGrain<IPortfolioGrain>(GrainKeys.Portfolio(userId, sessionId));

    public IOrderGrain Order(string userId, string sessionId, string orderId) => factory.GetGrain<IOrderGrain>(GrainKeys.Order(userId, sessionId, orderId));

    public ITenantGrain Tenant(string userId) => factory.GetGrain<ITenantGrain>(userId);

    public IAccountsGrain Accounts() => factory.GetGrain<IAccountsGrain>(0);

    public ICandlesGrain Candles(string symbol) => factory.GetGrain<ICandlesGrain>(symbol);

    public IDataCatalogueGrain DataCatalogue() => factory.GetGrain<IDataCatalogueGrain>(0);

    public ICompletenessGrain Completeness(string analysisId) => factory.GetGrain<ICompletenessGrain>(analysisId);

    public IDataUpdatesGrain DataUpdates() => factory.GetGrain<IDataUpdatesGrain>(0);

    public IDataUpdateGrain DataUpdate(string requestId) => factory.GetGrain<IDataUpdateGrain>(requestId);

    public IRunGrain Run(string userId, string id) => factory.GetGrain<IRunGrain>(GrainKeys.Run(userId, id));

    public IRunsGrain Runs(string userId) => factory.GetGrain<IRunsGrain>(userId);

    public ISessionObserver Reference(ISessionObserver observer) => factory.CreateObjectReference<ISessionObserver>(observer);

    public ITenantObserver Reference(ITenantObserver observer) => factory.CreateObjectReference<ITenantObserver>(observer);
}
