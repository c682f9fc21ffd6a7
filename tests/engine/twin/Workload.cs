using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.Engine.Orders;

namespace Trading.Engine.Tests.Twin;

/// <summary>One thing a client does.</summary>
public abstract record Step
{
    public sealed record Submit(OrderIntent[] Orders, bool Atomic) : Step
    {
        public override string ToString() => $"submit{(Atomic ? " atomic" : "")}\n      {string.Join("\n      ", Orders)}";
    }

    public sealed record Cancel(int Number) : Step;

    public sealed record Replace(ReplaceIntent Intent) : Step;

    public sealed record CompleteTick : Step;

    /// <summary>Takes the step and tells the reasons it was answered with.</summary>
    public Reason[] Take(ISimulation simulation)
    {
        switch (this)
        {
            case Submit submit:
                var outcomes = new SubmitOutcome[submit.Orders.Length];
                simulation.Submit(submit.Orders, submit.Atomic, outcomes);
                return [.. outcomes.Select(outcome => outcome.Reason)];
            case Cancel cancel:
                return [simulation.Cancel(cancel.Number)];
            case Replace replace:
                return [simulation.Replace(replace.Intent).Reason];
            default:
                simulation.CompleteTick();
                return [];
        }
    }

    /// <summary>How many commands the step counts for.</summary>
    public int Commands => this is Submit submit ? submit.Orders.Length : this is CompleteTick ? 0 : 1;
}

/// <summary>A configuration, bars and what the client does: all that decides a run.</summary>
public sealed record Workload(int Seed, SimulationConfig Config, IReadOnlyList<BarSeries> Series, IReadOnlyList<Step> Steps)
{
    public int Commands => Steps.Sum(step => step.Commands);
}
