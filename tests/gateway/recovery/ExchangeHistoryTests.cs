using Trading.Gateway.Sessions;
using Trading.GrainInterfaces.Sessions;

namespace Trading.Gateway.Tests.Recovery;

/// <summary>What is kept so that any activation can go on.</summary>
public sealed class ExchangeHistoryTests
{
    private static readonly ISessionObserver Observer = new Silent();

    [Fact]
    public void Numbers_never_begin_anew()
    {
        var history = new ExchangeHistory();
        history.Begin();
        Assert.Equal([1, 2], [history.Next("c", []).Number, history.Next("c", []).Number]);
        history.Begin();
        Assert.Equal(3, history.Next("c", []).Number);
    }

    [Fact]
    public void A_mark_takes_the_place_of_what_came_before_it()
    {
        var history = new ExchangeHistory();
        history.Begin();
        var first = history.Next("c", [new PauseCommand()]);
        history.Answered(first, FakeSession.Reply([], more: true));
        var second = history.Next("c", []);
        Assert.Equal(first.Commands, Assert.Single(history.Repeat(second, Observer).Continuation!.Earlier).Commands);
        Assert.Null(history.Repeat(second, Observer).Continuation!.Mark);
        history.Answered(second, FakeSession.Reply([]));
        var third = history.Repeat(history.Next("c", []), Observer);
        Assert.Empty(third.Continuation!.Earlier);
        Assert.NotNull(third.Continuation.Mark);
    }

    [Fact]
    public void An_answer_without_a_mark_after_which_nothing_comes_ends_it()
    {
        var history = new ExchangeHistory();
        history.Begin();
        history.Answered(history.Next("c", []), FakeSession.Reply([], end: SessionEnd.Completed));
        Assert.False(history.CanContinue);
        Assert.Null(history.Repeat(history.Next("c", []), Observer).Continuation);
    }

    [Fact]
    public void More_than_is_worth_keeping_is_dropped_until_the_next_mark()
    {
        var history = new ExchangeHistory();
        history.Begin();
        var orders = Enumerable.Range(0, 999).Select(at => new ClientOrder { OrderId = $"o-{at}", Symbol = "KO" }).ToArray();
        var kept = 0;
        for (; history.CanContinue; kept++)
        {
            Assert.True(kept < 11, "a thousand orders do not count as a thousand");
            history.Answered(history.Next("c", [new BatchCommand { BatchId = "b", Orders = orders }]), FakeSession.Reply([], more: true));
        }

        Assert.InRange(kept, 9, 10);
        history.Answered(history.Next("c", []), FakeSession.Reply([], more: true));
        Assert.False(history.CanContinue);
        history.Answered(history.Next("c", []), FakeSession.Reply([]));
        Assert.True(history.CanContinue);
    }

    private sealed class Silent : ISessionObserver
    {
        public Task Displaced(string connectionId) => Task.CompletedTask;

        public Task Wake(string connectionId) => Task.CompletedTask;
    }
}
