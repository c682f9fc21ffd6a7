using Trading.Engine.Events;
using Trading.Engine.Orders;
using Trading.GrainInterfaces.Sessions;
using Trading.Grains.Sessions;

namespace Trading.Grains.Tests.Sessions;

/// <summary>An engine whose assertion fails at one tick, or when it is asked for its account.</summary>
internal sealed class BreakingRun(ISimulationRun run, int tick, Action? askedForAccount = null) : ISimulationRun
{
    public int TickCount => run.TickCount;

    public int CompletedTicks => run.CompletedTicks;

    public int TradingWords => run.TradingWords;

    public ReadOnlySpan<SimulationEvent> Events => run.Events;

    public void Submit(ReadOnlySpan<OrderIntent> orders, bool atomic, Span<SubmitOutcome> outcomes) => run.Submit(orders, atomic, outcomes);

    public Reason Cancel(int orderNumber) => run.Cancel(orderNumber);

    public SubmitOutcome Replace(in ReplaceIntent replace) => run.Replace(replace);

    public void CompleteTick(bool keepAccounts)
    {
        if (run.CompletedTicks + 1 == tick) throw new InvalidOperationException("an invariant of the engine is broken");
        run.CompleteTick(keepAccounts);
    }

    public void Finish() => run.Finish();

    public void ClearEvents() => run.ClearEvents();

    public OrderState StateOf(int orderNumber) => run.StateOf(orderNumber);

    public Reason ReasonOf(int orderNumber) => run.ReasonOf(orderNumber);

    public long ReadTick(int number, out byte session, Span<ulong> trading) => run.ReadTick(number, out session, trading);

    public long TimeOf(int number) => run.TimeOf(number);

    public bool EndsDay(int number) => run.EndsDay(number);

    public AccountState Account()
    {
        askedForAccount?.Invoke();
        return run.Account();
    }

    public AccountState AccountAfterFill(int fillNumber) => run.AccountAfterFill(fillNumber);

    public RunResults Results() => run.Results();

    public string Report(string sessionId, int refused) => run.Report(sessionId, refused);

    public byte[] Save() => run.Save();
}
