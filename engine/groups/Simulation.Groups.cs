using Trading.Engine.Orders;
using Trading.Engine.Path;

namespace Trading.Engine;

/// <summary>Brackets and one-cancels-other groups (docs/execution.md section 12).</summary>
public sealed partial class Simulation
{
    /// <summary>A leg was filled in part or whole: the others of its group shrink by as much, and end at nothing.</summary>
    private void LowerOtherLegs(int number, in OrderRecord filled, long quantity, long time)
    {
        var last = 0;
        while (NextLeg(filled.Group, last) is var leg && leg != 0)
        {
            last = leg;
            if (leg == number) continue;
            ref var other = ref Order(leg);
            var lowered = Math.Min(quantity, other.Remaining);
            other.Remaining -= lowered;
            other.Lowered += lowered;
            if (filled.Remaining == 0 || other.Remaining == 0) Close(leg, ref other, OrderState.Cancelled, Reason.OneCancelsOther, time);
        }
    }

    /// <summary>The open leg of a group with the lowest number above <paramref name="after"/>; 0 when there is none.</summary>
    private int NextLeg(int group, int after)
    {
        foreach (var number in _open.Numbers)
        {
            if (number > after && Order(number).Group == group) return number;
        }

        return 0;
    }

    /// <summary>Only the lowest open leg of a group counts for reservations; the others stand in its shadow.</summary>
    private void JoinGroup(int number, ref OrderRecord order, int group)
    {
        order.Group = group;
        var lowest = NextLeg(group, 0);
        if (lowest == number) lowest = NextLeg(group, number);
        order.Shadowed = lowest != 0 && lowest < number;
        if (lowest > number) Order(lowest).Shadowed = true;
    }

    private void UnshadowNextLeg(int group)
    {
        var next = NextLeg(group, 0);
        if (next != 0) Order(next).Shadowed = false;
    }

    /// <summary>An entry ended before it was filled completely.</summary>
    private void EndParent(in OrderRecord parent, long time)
    {
        var filled = parent.FilledBefore + parent.Filled;
        if (filled > 0)
        {
            ActivateChildren(parent, filled, time, null, false);
            return;
        }

        var (first, second) = ChildrenOf(parent);
        CancelHeld(first, time);
        CancelHeld(second, time);
    }

    private void CancelHeld(int number, long time)
    {
        if (number == 0) return;
        ref var child = ref Order(number);
        if (child.Life.IsOpen && child.Held) Close(number, ref child, OrderState.Cancelled, Reason.ParentEnded, time);
    }

    /// <summary>The held children become active and one pair.</summary>
    private void ActivateChildren(in OrderRecord parent, long filled, long time, PathPoint? point, bool preOpen)
    {
        var (first, second) = ChildrenOf(parent);
        Activate(first, filled, time, point, preOpen);
        Activate(second, filled, time, point, preOpen);
    }

    private void Activate(int number, long filled, long time, PathPoint? point, bool preOpen)
    {
        if (number == 0) return;
        ref var child = ref Order(number);
        if (!child.Life.IsOpen || !child.Held) return;
        child.Held = false;
        child.Reason = Reason.None;
        child.EligibleAt = time;
        child.Lowered = Math.Max(0, child.Remaining - filled);
        child.Remaining -= child.Lowered;
        JoinGroup(number, ref child, -child.Parent);
        if (!_executing) return;
        var bar = _bars[child.Symbol];
        if (point is { } here && MayTrade(child, _series[child.Symbol], bar))
        {
            SetNext(ref child, PointKind.Eligibility, here, preOpen ? PreOpenClass : PointClass);
            AddCandidate(number);
            return;
        }

        Prepare(number);
    }

    private static (int First, int Second) ChildrenOf(in OrderRecord parent) => parent.LimitChild == 0 || (parent.StopChild != 0 && parent.StopChild < parent.LimitChild)
        ? (parent.StopChild, parent.LimitChild)
        : (parent.LimitChild, parent.StopChild);
}
