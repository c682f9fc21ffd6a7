using Trading.Engine.Bars;
using Trading.MarketData.Cache;
using Trading.MarketData.Sources;

namespace Trading.MarketData.Tests.Cache;

public sealed class BarCacheTests
{
    private static readonly long BytesOfOne = BarCache.BytesOf(TestBars.Minutes("KO", "2024-07-16 13:30", 10));

    [Fact]
    [Trait("req", "SIM-308")]
    public async Task Many_sessions_that_ask_at_once_share_one_load_and_one_series()
    {
        var source = new SlowSource();
        var cache = new BarCache(source, long.MaxValue);
        var waiting = Enumerable.Range(0, 64).Select(_ => Task.Run(() => cache.LoadAsync(new("KO", "polygon")))).ToArray();
        await source.Asked.Task;
        source.Gate.SetResult();
        var series = await Task.WhenAll(waiting);
        Assert.All(series, one => Assert.Same(series[0], one));
        Assert.Same(series[0], await cache.LoadAsync(new("KO", "polygon")));
        Assert.Equal(1, source.Loads);
        Assert.Equal((1, BytesOfOne), (cache.Count, cache.TotalBytes));
    }

    [Fact]
    [Trait("req", "SIM-304")]
    public async Task Series_of_different_providers_or_versions_are_not_shared()
    {
        var cache = new BarCache(new SlowSource(open: true), long.MaxValue);
        var one = await cache.LoadAsync(new("KO", "polygon"));
        Assert.NotSame(one, await cache.LoadAsync(new("KO", "tiingo")));
        Assert.NotSame(one, await cache.LoadAsync(new("KO", "polygon", "raw")));
        Assert.NotSame(one, await cache.LoadAsync(new("PEP", "polygon")));
        Assert.Equal((4, 4 * BytesOfOne), (cache.Count, cache.TotalBytes));
    }

    [Fact]
    public async Task A_failed_load_and_a_missing_series_are_tried_again()
    {
        var source = new SlowSource(open: true) { Failure = new IOException("the disk is away") };
        var cache = new BarCache(source, long.MaxValue);
        await Assert.ThrowsAsync<IOException>(() => cache.LoadAsync(new("KO", "polygon")));
        source.Failure = null;
        source.IsEmpty = true;
        Assert.Null(await cache.LoadAsync(new("KO", "polygon")));
        Assert.Equal((0, 0L), (cache.Count, cache.TotalBytes));
        source.IsEmpty = false;
        Assert.NotNull(await cache.LoadAsync(new("KO", "polygon")));
        Assert.Equal(3, source.Loads);
    }

    [Fact]
    public async Task A_caller_that_gives_up_does_not_spoil_the_load_for_others()
    {
        var source = new SlowSource();
        var cache = new BarCache(source, long.MaxValue);
        using var impatience = new CancellationTokenSource();
        var impatient = cache.LoadAsync(new("KO", "polygon"), impatience.Token);
        var patient = cache.LoadAsync(new("KO", "polygon"));
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        source.Gate.SetResult();
        Assert.NotNull(await patient);
        Assert.Equal(1, source.Loads);
    }

    [Fact]
    public async Task Above_the_budget_the_least_recently_requested_series_is_let_go_but_found_again_while_held()
    {
        var source = new SlowSource(open: true);
        var cache = new BarCache(source, 2 * BytesOfOne);
        var a = await cache.LoadAsync(new("A", "polygon"));
        var b = await cache.LoadAsync(new("B", "polygon"));
        Assert.Same(a, await cache.LoadAsync(new("A", "polygon")));
        await cache.LoadAsync(new("C", "polygon"));
        Assert.Equal((2, 2 * BytesOfOne, 3), (cache.Count, cache.TotalBytes, source.Loads));
        Assert.Same(a, await cache.LoadAsync(new("A", "polygon")));
        Assert.Same(b, await cache.LoadAsync(new("B", "polygon")));
        Assert.Equal((2, 2 * BytesOfOne, 3), (cache.Count, cache.TotalBytes, source.Loads));
        GC.KeepAlive(a);
        GC.KeepAlive(b);
    }

    [Fact]
    public async Task A_series_larger_than_the_budget_is_kept_until_the_next_one()
    {
        var cache = new BarCache(new SlowSource(open: true), 1);
        await cache.LoadAsync(new("A", "polygon"));
        Assert.Equal((1, BytesOfOne), (cache.Count, cache.TotalBytes));
        await cache.LoadAsync(new("B", "polygon"));
        Assert.Equal((1, BytesOfOne), (cache.Count, cache.TotalBytes));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BarCache(new SlowSource(), 0));
    }

    [Fact]
    [Trait("req", "SIM-308")]
    public async Task A_load_during_which_the_source_changes_is_made_again()
    {
        var source = new SlowSource(open: true) { Stamps = ["1", "2", "2"] };
        var cache = new BarCache(source, long.MaxValue);
        var series = await cache.LoadAsync(new("KO", "polygon"));
        Assert.Equal((2, 1), (source.Loads, cache.Count));
        source.Stamps = ["2"];
        Assert.Same(series, await cache.LoadAsync(new("KO", "polygon")));

        // a source that changes all the time is served, but nothing is kept
        source.Stamps = ["3", "4", "5", "6"];
        Assert.NotNull(await cache.LoadAsync(new("KO", "polygon")));
        Assert.Equal((5, 0, 0L), (source.Loads, cache.Count, cache.TotalBytes));
    }

    [Fact]
    public async Task A_changed_series_frees_its_place_and_is_not_found_again_by_who_still_holds_it()
    {
        var source = new SlowSource(open: true) { Stamps = ["1"] };
        var cache = new BarCache(source, BytesOfOne);
        var a = await cache.LoadAsync(new("A", "polygon"));
        await cache.LoadAsync(new("B", "polygon"));
        source.Stamps = ["2"];
        Assert.NotSame(a, await cache.LoadAsync(new("A", "polygon")));
        Assert.Equal((1, BytesOfOne, 3), (cache.Count, cache.TotalBytes, source.Loads));
        GC.KeepAlive(a);
    }

    /// <summary>Loads when its gate opens, and counts.</summary>
    private sealed class SlowSource : IBarSource
    {
        private int _loads;

        public SlowSource(bool open = false)
        {
            if (open) Gate.SetResult();
        }

        public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IOException? Failure { get; set; }

        public bool IsEmpty { get; set; }

        public int Loads => _loads;

        /// <summary>Answers to the next questions; the last one stays.</summary>
        public Queue<string> Answers { get; private set; } = new([""]);

        public string[] Stamps
        {
            set => Answers = new(value);
        }

        public ValueTask<string> StampAsync(BarSeriesKey key, BarRange range, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(Answers.Count > 1 ? Answers.Dequeue() : Answers.Peek());

        public bool IsKnownProvider(string provider) => true;

        public bool IsConfigured(string provider) => true;

        public async Task<BarSeries?> LoadAsync(BarSeriesKey key, BarRange range, long? asOf, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _loads);
            Asked.TrySetResult();
            await Gate.Task.WaitAsync(cancellationToken);
            if (Failure is not null) throw Failure;
            return IsEmpty ? null : TestBars.Minutes(key.Symbol, "2024-07-16 13:30", 10);
        }

        public Task<IReadOnlyList<AvailableSeries>> ListAsync(CancellationToken cancellationToken = default) => Task.FromResult<IReadOnlyList<AvailableSeries>>([]);
    }
}
