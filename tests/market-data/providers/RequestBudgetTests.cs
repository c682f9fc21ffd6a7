using Trading.MarketData.Providers;
using Trading.Storage.Tests.Faults;

namespace Trading.MarketData.Tests.Providers;

public sealed class RequestBudgetTests
{
    [Fact]
    [Trait("req", "OHLCV-010")]
    public void Six_requests_take_at_least_a_minute_with_the_default_limit()
    {
        var time = new ManualTime();
        var start = time.GetUtcNow();
        var budget = new RequestBudget(5, time);
        for (var sent = 0; sent < 6; sent++)
        {
            while (!budget.Take(out var wait)) time.Advance(wait);
        }

        Assert.InRange(time.GetUtcNow() - start, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(60.01));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 2)]
    [InlineData(5, 3)]
    [InlineData(97, 4)]
    [Trait("req", "OHLCV-010")]
    public void No_window_of_a_minute_ever_holds_more_than_the_limit_however_requests_come(int limit, int seed)
    {
        var random = new Random(seed);
        var time = new ManualTime();
        var budget = new RequestBudget(limit, time);
        var grants = new List<DateTimeOffset>();
        for (var step = 0; step < 20_000; step++)
        {
            if (budget.Take(out var wait)) grants.Add(time.GetUtcNow());
            else if (random.Next(3) == 0) time.Advance(wait);
            if (random.Next(4) == 0) time.Advance(TimeSpan.FromMilliseconds(random.Next(20_000)));
            if (random.Next(500) == 0) budget.PauseFor(TimeSpan.FromSeconds(random.Next(90)));
            // the budget may move to another owner at any time
            if (random.Next(200) == 0) budget = new RequestBudget(limit, time, budget.GrantedInWindow());
        }

        Assert.True(grants.Count > 10 * limit);
        // with both ends counted: the grant N places later lies more than a minute after
        Assert.All(grants.Zip(grants.Skip(limit)), pair => Assert.True(pair.Second - pair.First > TimeSpan.FromSeconds(60), $"{pair.First:O} and {pair.Second:O}"));
    }

    [Fact]
    public void A_refusal_says_exactly_how_long_to_wait()
    {
        var time = new ManualTime();
        var budget = new RequestBudget(1, time);
        Assert.True(budget.Take(out _));
        time.Advance(TimeSpan.FromSeconds(12.5));
        Assert.False(budget.Take(out var wait));
        Assert.Equal(TimeSpan.FromMilliseconds(47_501), wait);
        time.Advance(wait - TimeSpan.FromMilliseconds(2));
        Assert.False(budget.Take(out var last));
        time.Advance(last);
        Assert.True(budget.Take(out _));
    }

    [Fact]
    public void Remaining_counts_what_could_be_sent_now()
    {
        var time = new ManualTime();
        var budget = new RequestBudget(3, time);
        Assert.Equal(3, budget.Remaining);
        budget.Take(out _);
        budget.Take(out _);
        Assert.Equal(1, budget.Remaining);
        budget.PauseFor(TimeSpan.FromSeconds(5));
        Assert.Equal(0, budget.Remaining);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(1, budget.Remaining);
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(3, budget.Remaining);
    }

    [Fact]
    [Trait("req", "OHLCV-164")]
    public void A_pause_that_a_vendor_asked_for_holds_for_everybody_and_is_never_shortened()
    {
        var time = new ManualTime();
        var budget = new RequestBudget(100, time);
        budget.PauseUntil(time.GetUtcNow() + TimeSpan.FromSeconds(30));
        budget.PauseFor(TimeSpan.FromSeconds(3));
        budget.PauseUntil(time.GetUtcNow() - TimeSpan.FromSeconds(3));
        Assert.False(budget.Take(out var wait));
        Assert.Equal(TimeSpan.FromSeconds(30), wait);
        time.Advance(wait);
        Assert.True(budget.Take(out _));
    }

    [Fact]
    public void A_lowered_limit_counts_what_the_old_one_allowed()
    {
        var time = new ManualTime();
        var before = new RequestBudget(10, time);
        for (var sent = 0; sent < 10; sent++)
        {
            before.Take(out _);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        var after = new RequestBudget(2, time, before.GrantedInWindow());
        Assert.Equal(0, after.Remaining);
        Assert.False(after.Take(out var wait));
        // the ninth grant was two seconds ago and has to leave the window
        Assert.InRange(wait, TimeSpan.FromSeconds(58), TimeSpan.FromSeconds(58.01));
    }
}
