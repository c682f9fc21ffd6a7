using Orleans.Storage;

namespace Trading.Actors.Tests;

[Collection(ActorCollection.Name)]
public sealed class StateTests(ActorHost host)
{
    [Fact]
    public async Task Before_the_first_write_the_state_is_new_and_does_not_exist()
    {
        var grain = host.Grain<IDocumentGrain>();
        Assert.Equal("untitled", (await grain.Read()).Title);
        Assert.Equal((false, false), await grain.Stored());
    }

    [Fact]
    public async Task A_written_state_survives_its_activation()
    {
        var grain = host.Grain<IDocumentGrain>();
        await grain.Write("minutes", "one", "two");
        Assert.Equal((true, true), await grain.Stored());
        await grain.Leave();
        var read = await grain.Read();
        Assert.Equal("minutes", read.Title);
        Assert.Equal(["one", "two"], read.Lines);
        Assert.Equal(1.23456789m, read.Price);
        Assert.Equal(long.MaxValue, read.Counts["minutes"]);
        Assert.Equal((true, true), await grain.Stored());
    }

    [Fact]
    public async Task What_was_not_written_is_lost_with_the_activation()
    {
        var grain = host.Grain<IDocumentGrain>();
        await grain.Write("kept", "line");
        await grain.Scribble("lost");
        await grain.Leave();
        Assert.Equal("kept", (await grain.Read()).Title);
        Assert.Equal(["line"], (await grain.Read()).Lines);
    }

    [Fact]
    public async Task A_cleared_state_is_new_again()
    {
        var grain = host.Grain<IDocumentGrain>();
        await grain.Write("gone");
        await grain.Clear();
        Assert.Equal("untitled", (await grain.Read()).Title);
        await grain.Leave();
        Assert.Equal("untitled", (await grain.Read()).Title);
        Assert.False((await grain.Stored()).Exists);
        await grain.Write("again");
        Assert.Equal("again", (await grain.Read()).Title);
    }

    [Fact]
    public async Task A_write_with_an_old_tag_fails_and_changes_nothing()
    {
        var grain = host.Grain<IDocumentGrain>();
        await grain.Write("zero");
        await grain.WriteStale(catches: true);
        await grain.Leave();
        Assert.Equal("first", (await grain.Read()).Title);
    }

    [Fact]
    public async Task A_conflict_that_escapes_its_turn_deactivates_the_activation()
    {
        var grain = host.Grain<IDocumentGrain>();
        await grain.Write("zero");
        var first = await grain.Activation();
        await Assert.ThrowsAsync<InconsistentStateException>(() => grain.WriteStale(catches: false));
        Assert.NotEqual(first, await grain.Activation());
        Assert.Equal("first", (await grain.Read()).Title);
    }

    [Fact]
    public async Task A_conflict_that_is_handled_leaves_the_activation_alone()
    {
        var grain = host.Grain<IDocumentGrain>();
        await grain.Write("zero");
        var first = await grain.Activation();
        await grain.WriteStale(catches: true);
        Assert.Equal(first, await grain.Activation());
    }

    [Fact]
    public async Task A_failure_of_the_storage_comes_out_inside_an_OrleansException_and_leaves_the_activation()
    {
        var grain = host.Grain<IUnluckyGrain>();
        var activation = await grain.Activation();
        var failure = await Assert.ThrowsAsync<OrleansException>(grain.Write);
        Assert.Equal("the disk is full", Assert.IsType<IOException>(failure.InnerException).Message);
        Assert.Equal(activation, await grain.Activation());
    }

    [Fact]
    public async Task A_grain_with_a_state_of_its_own_keeps_it_in_the_default_storage()
    {
        var grain = host.Grain<IBaseStateGrain>();
        Assert.Equal("untitled", await grain.Rename("a"));
        await grain.Leave();
        Assert.Equal("a", await grain.Rename("b"));
    }
}
