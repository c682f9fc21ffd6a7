using Orleans.Concurrency;

namespace Trading.GrainInterfaces.Data;

/// <summary>The cluster's one request budget of a provider; key = the provider's name (OHLCV-011).</summary>
[Alias("trading.data-provider")]
public interface IProviderGrain : IGrainWithStringKey
{
    /// <summary>Takes the right to send one request, or says how long to wait before asking again. Never waits itself.</summary>
    [Alias("take")]
    Task<BudgetAnswer> Take(CancellationToken cancellationToken);

    /// <summary>Tells how a request went: a rate-limited one stops everybody for as long as the provider asked (OHLCV-164).</summary>
    [Alias("report")]
    Task Report(RequestOutcome outcome, CancellationToken cancellationToken);

    /// <summary>How it is doing; asks it when that is not known from the last minute. Holds up no other call.</summary>
    [Alias("health"), AlwaysInterleave]
    Task<ProviderHealth> GetHealth(CancellationToken cancellationToken);
}

/// <param name="Granted">The request may be sent now.</param>
/// <param name="WaitMs">Otherwise ask again after this many milliseconds.</param>
[GenerateSerializer, Immutable, Alias("trading.budget-answer")]
public readonly record struct BudgetAnswer([property: Id(0)] bool Granted, [property: Id(1)] int WaitMs);

/// <param name="Failure">Null when it went well, otherwise what went wrong, without key.</param>
/// <param name="Kind">Value of <c>FailureKind</c>; 0 when it went well.</param>
/// <param name="PauseMs">How long nobody should ask; 0 for not at all.</param>
[GenerateSerializer, Immutable, Alias("trading.request-outcome")]
public readonly record struct RequestOutcome([property: Id(0)] string? Failure, [property: Id(1)] byte Kind, [property: Id(2)] int PauseMs);
