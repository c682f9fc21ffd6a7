using Trading.MarketData.Settings;

namespace Trading.MarketData.Providers;

/// <summary>What to do after a failed request.</summary>
public enum RetryStep : byte
{
    /// <summary>Ask the same provider again after the pause.</summary>
    Again = 1,

    /// <summary>Ask the next provider of the priority list (OHLCV-008); without one the time stays missing and is reported (OHLCV-166).</summary>
    NextProvider = 2,

    /// <summary>The attempts of this gap are used up (OHLCV-117).</summary>
    GiveUp = 3,
}

/// <param name="Step">What to do.</param>
/// <param name="Pause">How long to wait before asking again; zero otherwise.</param>
public readonly record struct RetryDecision(RetryStep Step, TimeSpan Pause);

/// <summary>
/// Decides after every failure (OHLCV-012, OHLCV-164 to 167, OHLCV-O01, OHLCV-O02): temporary failures are asked again with pauses that double and
/// never fall, rate limits as the vendor asks, everything else goes to the next provider at once. Pure: clock and randomness stay with the caller.
/// </summary>
/// <remarks>Immutable and safe for concurrent use.</remarks>
public sealed class RetryPolicy
{
    /// <summary>A vendor that asks for a longer pause than this is treated like one whose quota is used up: the next one is asked.</summary>
    public static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(1);

    private readonly TimeSpan _first;
    private readonly TimeSpan _longest;

    /// <param name="settings">Retries and pauses; already validated.</param>
    public RetryPolicy(ProviderSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        Retries = settings.Retries;
        _first = TimeSpan.FromSeconds(settings.FirstPauseSeconds);
        _longest = TimeSpan.FromSeconds(settings.LongestPauseSeconds);
    }

    /// <summary>How often one provider is asked again for the same page.</summary>
    public int Retries { get; }

    /// <summary>Whether asking the same provider again can help at all.</summary>
    public static bool IsTemporary(FailureKind kind) => kind is FailureKind.RateLimited or FailureKind.Temporary;

    /// <summary>What to do after a failure.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="failed">How many attempts in a row have failed at this provider, this one included; at least 1.</param>
    /// <param name="draw">A random number in [0, 1) for the jitter.</param>
    /// <param name="attemptsLeft">How many more attempts the gap may have over all providers; unbounded by default.</param>
    public RetryDecision Decide(ProviderFailure failure, int failed, double draw, int attemptsLeft = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(failure);
        ArgumentOutOfRangeException.ThrowIfLessThan(failed, 1);
        if (attemptsLeft <= 0) return new(RetryStep.GiveUp, TimeSpan.Zero);
        var asked = failure.RetryAfter;
        if (!IsTemporary(failure.Kind) || failed > Retries || asked > LongestRetryAfter) return new(RetryStep.NextProvider, TimeSpan.Zero);
        return new(RetryStep.Again, asked > TimeSpan.Zero ? asked.Value : Pause(failure.Kind, failed, draw));
    }

    /// <summary>
    /// The pause before attempt <paramref name="failed"/> + 1 where the vendor says nothing: the first pause doubled each time up to the longest one, less up
    /// to half of it, so that many waiters do not come back together and a later pause is never shorter than an earlier one. Limits are counted by the
    /// minute, so a refused rate begins three doublings below the longest pause: five retries then outlast the minute.
    /// </summary>
    public TimeSpan Pause(FailureKind kind, int failed, double draw)
    {
        var first = kind == FailureKind.RateLimited && _longest / 8 > _first ? _longest / 8 : _first;
        var doubled = first.Ticks * Math.Pow(2, Math.Min(failed - 1, 40));
        var pause = Math.Min(doubled, _longest.Ticks);
        return TimeSpan.FromTicks((long)(pause * (1 - (Math.Clamp(draw, 0, 1) / 2))));
    }
}
