using Trading.Engine.Events;
using Trading.Engine.Orders;
using Trading.GrainInterfaces.Sessions;

namespace Trading.Grains.Sessions;

/// <summary>The engine as a session sees it: the run, its clock read ahead of execution, and the account in the records that cross grains.</summary>
public interface ISimulationRun
{
    int TickCount { get; }

    int CompletedTicks { get; }

    /// <summary>Number of 64-bit words of a tick's trading bits.</summary>
    int TradingWords { get; }

    void Submit(ReadOnlySpan<OrderIntent> orders, bool atomic, Span<SubmitOutcome> outcomes);

    Reason Cancel(int orderNumber);

    SubmitOutcome Replace(in ReplaceIntent replace);

    /// <summary>Executes the current tick; with <paramref name="keepAccounts"/> the account after each of its fills can be read by <see cref="AccountAfterFill"/>.</summary>
    void CompleteTick(bool keepAccounts);

    /// <summary>Cancels what is open; the results are final.</summary>
    void Finish();

    ReadOnlySpan<SimulationEvent> Events { get; }

    void ClearEvents();

    OrderState StateOf(int orderNumber);

    Reason ReasonOf(int orderNumber);

    /// <summary>What the client may know of a tick before and after it is executed: time, market session with end of day in bit 7, and the symbols that trade.</summary>
    /// <returns>Time in microseconds UTC.</returns>
    long ReadTick(int tick, out byte session, Span<ulong> trading);

    /// <summary>Time of a tick; for the number after the last tick the end of the last bar, or of the range when there is none.</summary>
    long TimeOf(int tick);

    /// <summary>True for the last tick of a trading day.</summary>
    bool EndsDay(int tick);

    AccountState Account();

    /// <summary>The account right after a fill of the tick executed last (SIM-243).</summary>
    AccountState AccountAfterFill(int fillNumber);

    /// <summary>The figures of the finished run.</summary>
    RunResults Results();

    /// <summary>The detailed report as JSON (extension <c>report</c>); only after <see cref="Finish"/>.</summary>
    /// <param name="sessionId">Named in the report.</param>
    /// <param name="refused">Orders that the session refused before the engine saw them.</param>
    string Report(string sessionId, int refused);

    /// <summary>The state of the engine, for <see cref="SessionSnapshot"/>.</summary>
    byte[] Save();
}

/// <summary>What <c>simulation_complete</c> shows. Money in 10⁻¹⁶, drawdown as a fraction.</summary>
public sealed record RunResults(Int128 InitialCash, Int128 FinalEquity, int Trades, int WinningTrades, Int128 Commission, decimal MaxDrawdown, double? Sharpe, double? Sortino, double? Calmar, string ResultHash);
