using Trading.Engine.Events;
using Trading.Engine.Orders;

namespace Trading.Engine.Tests.Twin;

/// <summary>A judge is worth what its workload reaches.</summary>
public sealed class WorkloadTests
{
    private const int Seeds = 400;

    [Fact]
    public void The_workload_reaches_every_kind_of_event_and_every_reason()
    {
        var kinds = new Dictionary<EventKind, int>();
        var fills = new Dictionary<FillReason, int>();
        var reasons = new Dictionary<Reason, int>();
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var workload = WorkloadGenerator.Generate(seed);
            var twin = new NaiveSimulation(workload.Config, workload.Series);
            foreach (var step in workload.Steps)
            {
                foreach (var reason in step.Take(twin)) Count(reasons, reason);
                if (step is not Step.CompleteTick) continue;
                foreach (var order in twin.AllEvents.Select(one => one.OrderNumber).Distinct()) Count(reasons, twin.ReasonOf(order));
            }

            twin.Finish();
            foreach (var one in twin.AllEvents)
            {
                Count(kinds, one.Kind);
                Count(reasons, one.Reason);
                if (one.Kind == EventKind.Fill) Count(fills, one.FillReason);
            }
        }

        Reason[] never = [Reason.DuplicateOrderId];
        Assert.Empty(Enum.GetValues<EventKind>().Except(kinds.Keys));
        Assert.Empty(Enum.GetValues<FillReason>().Except(fills.Keys).Except([FillReason.None]));
        Assert.Empty(Enum.GetValues<Reason>().Except(reasons.Keys).Except(never));
    }

    private static void Count<T>(Dictionary<T, int> counts, T key) where T : notnull => counts[key] = counts.GetValueOrDefault(key) + 1;
}
