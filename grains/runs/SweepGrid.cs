using Trading.GrainInterfaces.Runs;

namespace Trading.Grains.Runs;

/// <summary>The parameter sets of a grid. Pure: the same request gives the same numbers on any silo.</summary>
internal static class SweepGrid
{
    /// <summary>Combinations of the grid, skipped ones included.</summary>
    public static long Combinations(RunRequest request) => (long)request.Fast.Count * request.Slow.Count * request.Quantity.Count;

    /// <summary>Every combination whose slow average is above the fast one, numbered from 1: fast, then slow, then quantity, each in the order of its list.</summary>
    /// <param name="request">Its lists are not longer than a grid may be.</param>
    /// <param name="skipped">The other combinations.</param>
    public static List<ParameterSet> Expand(RunRequest request, out int skipped)
    {
        var sets = new List<ParameterSet>();
        foreach (var fast in request.Fast)
        {
            foreach (var slow in request.Slow)
            {
                if (slow <= fast) continue;
                foreach (var quantity in request.Quantity) sets.Add(new ParameterSet(sets.Count + 1, fast, slow, quantity));
            }
        }

        skipped = checked((int)(Combinations(request) - sets.Count));
        return sets;
    }
}
