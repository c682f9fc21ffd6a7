using Trading.MarketData.Providers;
using Trading.MarketData.Settings;

namespace Trading.MarketData.Tests.Providers;

public sealed class RetryPolicyTests
{
    private static readonly RetryPolicy Policy = new(new ProviderSettings());

    [Fact]
    [Trait("req", "OHLCV-012")]
    [Trait("req", "OHLCV-167")]
    public void A_temporary_failure_is_asked_again_five_times_with_pauses_that_double_from_a_second_up_to_a_minute()
    {
        Assert.Equal([1, 2, 4, 8, 16], Enumerable.Range(1, 5).Select(failed => Policy.Decide(Failed(FailureKind.Temporary), failed, 0).Pause.TotalSeconds));
        Assert.All(Enumerable.Range(1, 5), failed => Assert.Equal(RetryStep.Again, Policy.Decide(Failed(FailureKind.Temporary), failed, 0.5).Step));
        Assert.Equal(new RetryDecision(RetryStep.NextProvider, TimeSpan.Zero), Policy.Decide(Failed(FailureKind.Temporary), 6, 0));
        var patient = new RetryPolicy(new ProviderSettings { Retries = 20 });
        Assert.Equal([32, 60, 60], Enumerable.Range(6, 3).Select(failed => patient.Decide(Failed(FailureKind.Temporary), failed, 0).Pause.TotalSeconds));
        Assert.Equal(60, patient.Pause(FailureKind.Temporary, int.MaxValue, 0).TotalSeconds);
    }

    [Theory]
    [InlineData(FailureKind.Temporary)]
    [InlineData(FailureKind.RateLimited)]
    [Trait("req", "OHLCV-012")]
    public void Jitter_takes_up_to_half_and_a_later_pause_is_never_shorter_than_an_earlier_one(FailureKind kind)
    {
        var random = new Random(20261121);
        for (var run = 0; run < 1000; run++)
        {
            var pauses = Enumerable.Range(1, 8).Select(failed => (Full: Policy.Pause(kind, failed, 0), Pause: Policy.Pause(kind, failed, random.NextDouble()))).ToList();
            Assert.All(pauses, pause => Assert.InRange(pause.Pause, pause.Full / 2, pause.Full));
            Assert.All(pauses.Zip(pauses.Skip(1)).Where(pair => pair.Second.Full > pair.First.Full), pair => Assert.True(pair.Second.Pause >= pair.First.Full / 2));
        }

        Assert.NotEqual(Policy.Pause(kind, 3, 0.1), Policy.Pause(kind, 3, 0.9));
    }

    [Fact]
    [Trait("req", "OHLCV-164")]
    public void A_refused_rate_waits_as_the_vendor_asks_else_growing_pauses_that_outlast_the_minute()
    {
        Assert.Equal(new RetryDecision(RetryStep.Again, TimeSpan.FromSeconds(17)), Policy.Decide(Failed(FailureKind.RateLimited, 17), 1, 0.7));
        Assert.Equal(new RetryDecision(RetryStep.Again, TimeSpan.FromSeconds(17)), Policy.Decide(Failed(FailureKind.Temporary, 17), 5, 0.7));
        var pauses = Enumerable.Range(1, 5).Select(failed => Policy.Decide(Failed(FailureKind.RateLimited), failed, 0).Pause.TotalSeconds).ToList();
        Assert.Equal([7.5, 15, 30, 60, 60], pauses);
        // with the most jitter the five pauses still outlast the window in which vendors count
        Assert.True(Enumerable.Range(1, 5).Sum(failed => Policy.Pause(FailureKind.RateLimited, failed, 0.999).TotalSeconds) > 60);
        // asked for no pause at all, the policy's own holds
        Assert.Equal(7.5, Policy.Decide(Failed(FailureKind.RateLimited, 0), 1, 0).Pause.TotalSeconds);
    }

    [Fact]
    public void A_vendor_that_asks_for_more_than_an_hour_is_passed_over() =>
        Assert.Equal(RetryStep.NextProvider, Policy.Decide(Failed(FailureKind.RateLimited, 3601), 1, 0).Step);

    [Theory]
    [InlineData(FailureKind.Unauthorized)]
    [InlineData(FailureKind.QuotaExhausted)]
    [InlineData(FailureKind.NotAvailable)]
    [InlineData(FailureKind.Malformed)]
    [Trait("req", "OHLCV-008")]
    [Trait("req", "OHLCV-165")]
    public void What_does_not_clear_by_waiting_goes_to_the_next_provider_at_once(FailureKind kind)
    {
        Assert.False(RetryPolicy.IsTemporary(kind));
        Assert.Equal(new RetryDecision(RetryStep.NextProvider, TimeSpan.Zero), Policy.Decide(Failed(kind, 5), 1, 0));
    }

    [Fact]
    [Trait("req", "OHLCV-118")]
    public void Retries_stay_inside_the_attempts_of_a_gap()
    {
        Assert.Equal(RetryStep.Again, Policy.Decide(Failed(FailureKind.Temporary), 2, 0, attemptsLeft: 1).Step);
        Assert.Equal(RetryStep.GiveUp, Policy.Decide(Failed(FailureKind.Temporary), 3, 0, attemptsLeft: 0).Step);
        Assert.Equal(RetryStep.GiveUp, Policy.Decide(Failed(FailureKind.Unauthorized), 1, 0, attemptsLeft: 0).Step);
    }

    private static ProviderFailure Failed(FailureKind kind, double? retryAfterSeconds = null) =>
        new(kind, "polygon", "no", retryAfterSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
}
