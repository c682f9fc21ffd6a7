using Trading.Grains.Tenants;

namespace Trading.Grains.Tests.Tenants;

public class FixedWindowTests
{
    private static readonly DateTimeOffset Noon = new(2026, 2, 3, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("2026-02-03T12:00:00Z", "2026-02-03T13:00:00Z")]
    [InlineData("2026-02-03T12:59:59.999Z", "2026-02-03T13:00:00Z")]
    [InlineData("2026-02-03T23:15:00Z", "2026-02-04T00:00:00Z")]
    [InlineData("2026-02-03T12:30:00+05:30", "2026-02-03T08:00:00Z")]
    public void An_hour_ends_at_the_full_hour_in_utc(string now, string end) =>
        Assert.Equal(Parse(end), FixedWindow.Hour.EndOf(Parse(now)));

    [Fact]
    public void Minutes_and_days_are_aligned_to_the_clock_too()
    {
        Assert.Equal(Parse("2026-02-03T12:01:00Z"), FixedWindow.Minute.EndOf(Noon.AddSeconds(59)));
        Assert.Equal(Parse("2026-02-04T00:00:00Z"), FixedWindow.Day.EndOf(Noon));
    }

    [Fact]
    public void A_new_window_starts_from_zero()
    {
        var count = new WindowCount();
        FixedWindow.Minute.Add(count, Noon, 7);
        FixedWindow.Minute.Add(count, Noon.AddSeconds(59), 1);
        Assert.Equal(8, FixedWindow.Minute.Used(count, Noon.AddSeconds(59)));
        Assert.Equal(0, FixedWindow.Minute.Used(count, Noon.AddSeconds(60)));
        FixedWindow.Minute.Add(count, Noon.AddSeconds(60), 2);
        Assert.Equal(2, FixedWindow.Minute.Used(count, Noon.AddSeconds(60)));
    }

    [Fact]
    public void A_clock_that_steps_back_gives_no_second_window()
    {
        var count = new WindowCount();
        FixedWindow.Minute.Add(count, Noon, 5);
        FixedWindow.Minute.Add(count, Noon.AddSeconds(-1), 1);
        Assert.Equal(6, FixedWindow.Minute.Used(count, Noon.AddSeconds(-1)));
        Assert.Equal(6, FixedWindow.Minute.Used(count, Noon));
    }

    [Fact]
    [Trait("req", "SIM-070")]
    public void The_warning_comes_at_80_percent_and_once_in_a_window()
    {
        var count = new WindowCount();
        FixedWindow.Minute.Add(count, Noon, 79);
        Assert.False(FixedWindow.Minute.ShouldWarn(count, Noon, 100, 80));
        FixedWindow.Minute.Add(count, Noon, 1);
        Assert.True(FixedWindow.Minute.ShouldWarn(count, Noon, 100, 80));
        FixedWindow.Minute.Add(count, Noon, 10);
        Assert.False(FixedWindow.Minute.ShouldWarn(count, Noon, 100, 80));
        FixedWindow.Minute.Add(count, Noon.AddMinutes(1), 95);
        Assert.True(FixedWindow.Minute.ShouldWarn(count, Noon.AddMinutes(1), 100, 80));
    }

    private static DateTimeOffset Parse(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
