using Xunit.Sdk;

namespace Trading.Engine.Tests.Twin;

/// <summary>Makes a disagreement small before somebody has to read it.</summary>
public static class Reproduction
{
    /// <summary>Judges a workload; when engine and twin disagree, fails with the fewest commands that still show a disagreement.</summary>
    /// <returns>Number of events compared.</returns>
    public static int Judge(Workload workload, bool interrupted)
    {
        if (Disagreement(workload, interrupted, out var events) is null) return events;
        var smallest = Minimise(workload, interrupted);
        throw Disagreement(smallest, interrupted, out _)!;
    }

    /// <summary>Leaves out one command after the other, the last ones first, as long as the disagreement stays.</summary>
    public static Workload Minimise(Workload workload, bool interrupted)
    {
        for (var index = workload.Steps.Count - 1; index >= 0; index--)
        {
            if (workload.Steps[index] is Step.CompleteTick) continue;
            var smaller = workload with { Steps = [.. workload.Steps.Where((_, place) => place != index)] };
            if (Disagreement(smaller, interrupted, out _) is not null) workload = smaller;
        }

        return workload;
    }

    private static XunitException? Disagreement(Workload workload, bool interrupted, out int events)
    {
        events = 0;
        try
        {
            events = Twin.Judge.Run(workload, interrupted);
            return null;
        }
        catch (XunitException disagreement)
        {
            return disagreement;
        }
    }
}
