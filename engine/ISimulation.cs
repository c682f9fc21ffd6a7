using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.Engine.Events;
using Trading.Engine.Orders;

namespace Trading.Engine;

/// <summary>A tick: simulated time moves on to <see cref="Time"/>.</summary>
/// <param name="Sequence">1, 2, 3 …</param>
/// <param name="Time">Microseconds UTC.</param>
/// <param name="Session">Regular when any trading symbol is in its regular hours.</param>
/// <param name="EndOfDay">Last tick of a trading day.</param>
public readonly record struct Tick(int Sequence, long Time, MarketSession Session, bool EndOfDay);

/// <summary>
/// One deterministic run: configuration, bars and commands in, events out. The surface that everything else is written against;
/// docs/execution.md says what each step means.
/// </summary>
/// <remarks>Not thread-safe: a single writer owns it.</remarks>
public interface ISimulation
{
    /// <summary>Number of ticks of the whole run; known before the first one.</summary>
    int TickCount { get; }

    /// <summary>Ticks executed so far; commands belong to tick <c>CompletedTicks + 1</c>.</summary>
    int CompletedTicks { get; }

    /// <summary>True after <see cref="Finish"/>.</summary>
    bool Finished { get; }

    /// <summary>Submits a batch in list order; <paramref name="outcomes"/> receives one entry per order.</summary>
    void Submit(ReadOnlySpan<OrderIntent> orders, bool atomic, Span<SubmitOutcome> outcomes);

    /// <summary>Cancels an open order after the cancel latency. <see cref="Reason.None"/> when taken, else <see cref="Reason.UnknownOrder"/> or <see cref="Reason.OrderClosed"/>.</summary>
    Reason Cancel(int orderNumber);

    /// <summary>Replaces an open order after the cancel latency; the outcome's number is that of the new order.</summary>
    SubmitOutcome Replace(in ReplaceIntent replace);

    /// <summary>Executes the current tick.</summary>
    /// <exception cref="InvalidOperationException">Every tick is complete.</exception>
    void CompleteTick();

    /// <summary>Ends the run after its last tick: open orders are cancelled, results are final.</summary>
    /// <exception cref="InvalidOperationException">Ticks are left.</exception>
    void Finish();

    /// <summary>Events since the last <see cref="ClearEvents"/>, in order.</summary>
    ReadOnlySpan<SimulationEvent> Events { get; }

    void ClearEvents();

    /// <summary>Cash in 10⁻¹⁶.</summary>
    Int128 Cash { get; }

    /// <summary>Cash plus positions at their marks, in 10⁻¹⁶.</summary>
    Int128 Equity { get; }

    /// <summary>Signed position in 10⁻⁸.</summary>
    long Position(int symbol);

    /// <summary>Mark in 10⁻⁸.</summary>
    long Mark(int symbol);

    OrderState StateOf(int orderNumber);

    /// <summary>Why the order did not fill in the last bar it saw, or why it ended.</summary>
    Reason ReasonOf(int orderNumber);

    /// <summary>Result hash over all events so far, 64 lower-case hex digits.</summary>
    string ResultHash { get; }
}
