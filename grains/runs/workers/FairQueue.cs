namespace Trading.Grains.Runs;

/// <summary>
/// Work of many users and runs: users have their turn one after the other, within a user the runs, within a run the pieces in order, one that was begun before one that was not.
/// </summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class FairQueue<T>
{
    private readonly LinkedList<Lane<LinkedList<Lane<LinkedList<T>>>>> _users = [];

    public int Count { get; private set; }

    /// <summary>Puts a piece behind the others of its run, or before them when it was begun.</summary>
    public void Add(string user, string run, T piece, bool isBegun)
    {
        var pieces = LaneOf(LaneOf(_users, user), run);
        if (isBegun) pieces.AddFirst(piece);
        else pieces.AddLast(piece);
        Count++;
    }

    /// <summary>The next piece; false when there is none.</summary>
    public bool TryTake(out T piece)
    {
        piece = default!;
        if (Count == 0) return false;
        Count--;
        var user = _users.First!.Value;
        var run = user.Content.First!.Value;
        piece = run.Content.First!.Value;
        run.Content.RemoveFirst();
        Turn(user.Content, run.Content.Count == 0);
        Turn(_users, user.Content.Count == 0);
        return true;
    }

    /// <summary>The first one goes to the end, or away when nothing is left of it.</summary>
    private static void Turn<TLane>(LinkedList<TLane> lanes, bool isEmpty)
    {
        var first = lanes.First!;
        lanes.RemoveFirst();
        if (!isEmpty) lanes.AddLast(first);
    }

    private static TContent LaneOf<TContent>(LinkedList<Lane<TContent>> lanes, string name)
        where TContent : new()
    {
        foreach (var lane in lanes)
        {
            if (lane.Name == name) return lane.Content;
        }

        return lanes.AddLast(new Lane<TContent>(name, new TContent())).Value.Content;
    }

    private sealed record Lane<TContent>(string Name, TContent Content);
}
