using Orleans.Concurrency;
using Trading.GrainInterfaces.Sessions;

namespace Trading.GrainInterfaces.Portfolios;

/// <summary>What dashboards ask: the latest account of one session and its equity curve; key = <c>tenant/session</c>. Fed by the session in batches.</summary>
[Alias("trading.portfolio")]
public interface IPortfolioGrain : IGrainWithStringKey
{
    /// <summary>Takes a newer state; an older or repeated sequence is ignored.</summary>
    /// <remarks>Interleaves, so that a session can feed the grain while the grain asks the session.</remarks>
    [Alias("apply")]
    [AlwaysInterleave]
    Task Apply(PortfolioUpdate update);

    /// <summary>The latest state; asks the session when it holds none. Null when the session does not exist.</summary>
    [Alias("get")]
    Task<PortfolioView?> Get(CancellationToken cancellationToken);
}

/// <param name="Sequence">Rises with every update of the session; a receiver that sees a gap asks again.</param>
/// <param name="SimTime">Microseconds UTC.</param>
/// <param name="Curve">New points of the equity curve.</param>
[GenerateSerializer, Immutable, Alias("trading.portfolio-update")]
public sealed record PortfolioUpdate(
    [property: Id(0)] long Sequence,
    [property: Id(1)] long SimTime,
    [property: Id(2)] AccountState Account,
    [property: Id(3)] IReadOnlyList<EquityPoint> Curve);

/// <param name="Equity">10⁻¹⁶.</param>
[GenerateSerializer, Immutable, Alias("trading.equity-point")]
public readonly record struct EquityPoint([property: Id(0)] long SimTime, [property: Id(1)] Int128 Equity);

/// <param name="Curve">At most 1000 points, thinned.</param>
[GenerateSerializer, Immutable, Alias("trading.portfolio-view")]
public sealed record PortfolioView([property: Id(0)] long Sequence, [property: Id(1)] long SimTime, [property: Id(2)] AccountState Account, [property: Id(3)] IReadOnlyList<EquityPoint> Curve);
