using Trading.Engine.Bars;
using Trading.Engine.Tests.Scenario;
using static Trading.Engine.Tests.Scenario.Market;

namespace Trading.Engine.Tests.Clock;

public sealed class ClockTests
{
    private static BarSeries Flat(string symbol, params long[] times) => At(symbol, AssetClass.Equity, [.. times.Select(time => (time, (10m, 10m, 10m, 10m, 100m)))]);

    private static long[] Every(long from, int count) => [.. Enumerable.Range(0, count).Select(index => from + index * Minute)];

    [Theory]
    [InlineData(390)]
    [InlineData(210)]
    [Trait("req", "EXEC-002")]
    public void A_day_of_minutes_has_as_many_ticks_for_any_number_of_symbols(int minutes)
    {
        var one = Flat("A", Every(Open, minutes));
        Assert.Equal(minutes, new Simulation(Plain, [one]).TickCount);
        Assert.Equal(minutes, new Simulation(Plain, [one, Flat("B", Every(Open, minutes)), Flat("C", Every(Open + Minute, minutes - 1))]).TickCount);
    }

    [Fact]
    [Trait("req", "EXEC-002")]
    public void The_clock_is_the_sorted_set_of_the_distinct_open_times_inside_the_range()
    {
        var run = new Simulation(Plain with { Start = Open + Minute, End = Open + 6 * Minute },
            [Flat("A", Open, Open + Minute, Open + 4 * Minute, Open + 6 * Minute), Flat("B", Open + Minute, Open + 2 * Minute)]);
        Assert.Equal([Open + Minute, Open + 2 * Minute, Open + 4 * Minute], Times(run));
    }

    [Fact]
    [Trait("req", "EXEC-002")]
    public void Only_regular_bars_count_unless_extended_hours_are_asked_for()
    {
        var series = Flat("A", Open - Minute, Open, Open + 390 * Minute, Open + 20 * Hour);
        Assert.Equal([Open], Times(new Simulation(Plain, [series])));
        var extended = new Simulation(Plain with { ExtendedHours = true }, [series]);
        Assert.Equal([Open - Minute, Open, Open + 390 * Minute, Open + 20 * Hour], Times(extended));
        var cursor = extended.CreateCursor();
        Assert.Equal([MarketSession.PreMarket, MarketSession.Regular, MarketSession.AfterHours, MarketSession.PreMarket], Ticks(cursor).Select(tick => tick.Session));
    }

    [Fact]
    [Trait("req", "EXEC-002")]
    public void A_range_without_trading_time_has_no_ticks()
    {
        var run = new Simulation(Plain with { Start = Tuesday, End = Tuesday + Hour }, [Flat("A", Open)]);
        Assert.Equal(0, run.TickCount);
        Assert.Throws<InvalidOperationException>(run.CompleteTick);
        run.Finish();
        Assert.Equal(new string('0', 64), run.ResultHash);
    }

    [Fact]
    public void The_last_tick_of_each_trading_day_is_its_end()
    {
        var cursor = new Simulation(Plain, [Flat("A", Open, Open + 389 * Minute, Open + Day, Open + Day + 200 * Minute)]).CreateCursor();
        Assert.Equal([false, true, false, true], Ticks(cursor).Select(tick => tick.EndOfDay));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("req", "EXEC-004")]
    public void A_cursor_reads_any_tick_ahead_of_and_after_its_execution(bool uniform)
    {
        var run = new Simulation(Plain, uniform ? [Flat("A", Every(Open, 50))] : [Flat("A", Every(Open, 50)), Flat("B", Every(Open + Minute, 48))]);
        run.CompleteTicks(5);
        var cursor = run.CreateCursor();
        var all = Ticks(cursor).ToArray();
        Assert.Equal(50, all.Length);
        foreach (var sequence in (int[])[31, 2, 50, 1, 17])
        {
            cursor.Seek(sequence);
            Assert.Equal(all[sequence - 1], cursor.Current);
            if (!uniform) Assert.Equal(sequence is > 1 and < 50, cursor.IsTrading(1));
        }

        Assert.Equal(5, run.CompletedTicks);
        Assert.Equal(all[5], run.CurrentTick);
    }

    [Fact]
    public void Moving_a_cursor_allocates_nothing()
    {
        var cursor = new Simulation(Plain, [Flat("A", Every(Open, 300)), Flat("B", Every(Open + Minute, 100))]).CreateCursor();
        cursor.MoveNext();
        var before = GC.GetAllocatedBytesForCurrentThread();
        long sum = 0;
        while (cursor.MoveNext()) sum += cursor.Current.Time + (cursor.IsTrading(1) ? 1 : 0);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.NotEqual(0, sum);
    }

    private static IEnumerable<Tick> Ticks(Engine.Clock.ClockCursor cursor)
    {
        while (cursor.MoveNext()) yield return cursor.Current;
    }

    private static IEnumerable<long> Times(Simulation run) => Ticks(run.CreateCursor()).Select(tick => tick.Time);
}
