using Trading.Grains.Runs;

namespace Trading.Grains.Tests.Runs;

public class FairQueueTests
{
    [Fact]
    public void Users_have_their_turn_one_after_the_other_however_much_each_of_them_wants()
    {
        var queue = new FairQueue<string>();
        for (var piece = 0; piece < 1_000; piece++) queue.Add("large", "sweep", $"large {piece}", false);
        queue.Add("small", "backtest", "small", false);
        queue.Add("other", "backtest", "other 0", false);
        queue.Add("other", "backtest", "other 1", false);
        Assert.Equal(["large 0", "small", "other 0", "large 1", "other 1", "large 2", "large 3"], Take(queue, 7));
    }

    [Fact]
    public void Runs_of_one_user_share_its_turns()
    {
        var queue = new FairQueue<string>();
        for (var piece = 0; piece < 3; piece++)
        {
            queue.Add("user", "first", $"first {piece}", false);
            queue.Add("user", "second", $"second {piece}", false);
        }

        Assert.Equal(["first 0", "second 0", "first 1", "second 1", "first 2", "second 2"], Take(queue, 6));
    }

    [Fact]
    public void A_piece_that_was_begun_comes_before_its_neighbours()
    {
        var queue = new FairQueue<string>();
        queue.Add("user", "run", "one", false);
        queue.Add("user", "run", "two", false);
        Assert.Equal(["one"], Take(queue, 1));
        queue.Add("user", "run", "one again", true);
        Assert.Equal(["one again", "two"], Take(queue, 2));
    }

    [Fact]
    public void Everything_put_in_comes_out_once()
    {
        var random = new Random(1);
        var queue = new FairQueue<int>();
        var (put, taken) = (0, new List<int>());
        while (put < 5_000 || queue.Count > 0)
        {
            if (put < 5_000 && random.Next(2) == 0) queue.Add($"u{random.Next(5)}", $"r{random.Next(3)}", put++, random.Next(2) == 0);
            else if (queue.TryTake(out var piece)) taken.Add(piece);
        }

        Assert.False(queue.TryTake(out _));
        Assert.Equal(Enumerable.Range(0, 5_000), taken.Order());
    }

    private static List<string> Take(FairQueue<string> queue, int count) => [.. Enumerable.Range(0, count).Select(_ => queue.TryTake(out var piece) ? piece : "nothing")];
}
