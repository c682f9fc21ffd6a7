using Trading.Gateway.Sessions;

namespace Trading.Gateway.Tests.Recovery;

/// <summary>How long a gateway waits before it repeats a call.</summary>
public sealed class PauseTests
{
    [Theory]
    [InlineData(0, 50)]
    [InlineData(400, 50)]
    [InlineData(800, 100)]
    [InlineData(2_400, 300)]
    [InlineData(8_000, 1_000)]
    [InlineData(600_000, 1_000)]
    public void A_pause_is_an_eighth_of_the_time_that_has_passed_within_bounds(int passed, int pause) =>
        Assert.Equal(TimeSpan.FromMilliseconds(pause), Repetition.Pause(TimeSpan.FromMilliseconds(passed)));
}
