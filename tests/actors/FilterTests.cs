namespace Trading.Actors.Tests;

[Collection(ActorCollection.Name)]
public sealed class FilterTests(ActorHost host)
{
    [Fact]
    public async Task Filters_run_around_the_call_in_the_order_in_which_they_were_added()
    {
        var grain = host.Grain<IFilteredGrain>();
        Assert.Equal("a7", await grain.Plain("a", 7));
        Assert.Equal(
            ["departs Plain", "outer before Plain(a,7)", "inner before True True Plain", "own", "outer after a7"],
            host.Signals.Logged(grain.GetPrimaryKeyString() + ":"));
    }

    [Fact]
    public async Task A_filter_may_replace_the_result()
    {
        var grain = host.Grain<IFilteredGrain>();
        Assert.Equal(42, await grain.Doubled(21));
        Assert.Equal("outer after 42", host.Signals.Logged(grain.GetPrimaryKeyString() + ":")[^1]);
    }

    [Fact]
    public async Task An_exception_of_the_grain_passes_the_filters_as_itself()
    {
        var grain = host.Grain<IFilteredGrain>();
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => grain.Failing(3));
        Assert.Equal("failed 3", failure.Message);
        Assert.Equal("outer saw failed 3", host.Signals.Logged(grain.GetPrimaryKeyString() + ":")[^1]);
    }

    [Fact]
    public async Task A_filter_may_refuse_a_call_before_the_grain_sees_it()
    {
        var grain = host.Grain<IFilteredGrain>();
        var refusal = await Assert.ThrowsAsync<UnauthorizedAccessException>(grain.Refused);
        Assert.Equal("not yours", refusal.Message);
        Assert.DoesNotContain("reached", host.Signals.Logged(grain.GetPrimaryKeyString() + ":"));
    }
}
