using System.Globalization;
using Trading.Engine.Orders;
using Trading.GrainInterfaces.Sessions;
using Trading.Protocol;
using Trading.Protocol.Text;
using Trading.Protocol.Writing;

namespace Trading.Gateway.Sessions;

/// <summary>Writes what a session wants to say as messages. Knows which extensions the session named, and never writes a message of another one (SIM-332).</summary>
internal sealed class OutputRenderer(MessageWriter writer)
{
    private readonly HashSet<string> _extensions = new(StringComparer.Ordinal);
    private TickWriter _ticks = new([]);
    private bool _batchedTicks;

    /// <summary>A new session on this connection: its messages are numbered from 1.</summary>
    internal void Begin(IReadOnlyList<string> symbols, IReadOnlyList<string> extensions)
    {
        _extensions.Clear();
        foreach (var extension in extensions) _extensions.Add(extension);
        _batchedTicks = _extensions.Contains(Extensions.BatchedTicks);
        writer.FractionalQuantity = _extensions.Contains(Extensions.FractionalQuantity);
        writer.Sequence = 0;
        _ticks = new TickWriter(symbols);
    }

    internal void Render(SessionOutput output)
    {
        switch (output)
        {
            case TicksOutput ticks: Ticks(ticks); break;
            case FillOutput fill: writer.ExecutionReport(Execution(fill), fill.RequestId); break;
            case AccountOutput account: Account(account); break;
            case BatchAckOutput ack: BatchAck(ack); break;
            case ErrorOutput error: Error(error); break;
            case OrderUpdateOutput update: OrderUpdate(update); break;
            case CreatedOutput created: Created(created); break;
            case StartedOutput started:
                writer.SimulationStarted(started.SessionId, InstantText.Micros(started.StartedAt), started.EstimatedDurationSec, started.TickIntervalMs, started.FlowControl, started.RequestId);
                break;
            case StatusOutput status: Status(status); break;
            case StateSyncOutput sync: StateSync(sync); break;
            case AdvancedOutput advanced:
                if (_extensions.Contains(Extensions.FastForward)) writer.SimulationAdvanced(advanced.Sequence, advanced.SimTime, advanced.StoppedBy, advanced.RequestId);
                break;
            case ReportOutput report:
                if (_extensions.Contains(Extensions.Report)) writer.SimulationReport(report.Json, report.RequestId);
                break;
            case CompleteOutput complete: Complete(complete); break;
            case LimitWarningOutput warning: LimitWarning(warning); break;
            default: throw new ArgumentOutOfRangeException(nameof(output), output.GetType().Name, "unknown output");
        }
    }

    /// <summary>Canonical states as the six of the wire (section 29).</summary>
    internal static string Status(OrderState state) => state switch
    {
        OrderState.Pending => "pending",
        OrderState.Accepted or OrderState.Working => "accepted",
        OrderState.PartiallyFilled => "partially_filled",
        OrderState.Filled => "filled",
        OrderState.Rejected => "rejected",
        _ => "cancelled",
    };

    internal static string State(SessionState state) => state switch
    {
        SessionState.Initializing => "initializing",
        SessionState.Ready => "ready",
        SessionState.Running => "running",
        SessionState.Paused => "paused",
        SessionState.Completed => "completed",
        _ => "error",
    };

    internal static ExecutionReportData Execution(FillOutput fill) => new(
        fill.Execution, fill.OrderId, fill.Symbol, fill.Side == OrderSide.Buy, fill.Quantity, fill.Price, fill.ReferencePrice, fill.Time, fill.Commission, fill.IsPartial, fill.Remaining, Why(fill.FillReason));

    internal static AccountData AccountFields(AccountState account) => new(account.Cash, account.Equity, account.BuyingPower, account.DayPnl, account.OpenOrders);

    internal static void Positions(MessageWriter writer, AccountState account)
    {
        var positions = account.Positions;
        for (var i = 0; i < positions.Count; i++)
        {
            var position = positions[i];
            writer.Position(position.Symbol, position.Quantity, position.Cost, position.Mark);
        }
    }

    private static string Why(FillReason reason) => reason switch
    {
        FillReason.MarketOpen => "market_open",
        FillReason.Market => "market",
        FillReason.LimitTouched => "limit_touched",
        FillReason.StopTriggered => "stop_triggered",
        FillReason.StopLimitTouched => "stop_limit_touched",
        FillReason.MarketOnOpen => "market_on_open",
        FillReason.MarketOnClose => "market_on_close",
        _ => "none",
    };

    private void Ticks(TicksOutput ticks)
    {
        if ((ticks.Symbols + 63) / 64 != _ticks.Words) throw new InvalidOperationException("the session's ticks count other symbols than the session said it has");
        if (_batchedTicks)
        {
            writer.Ticks(_ticks, ticks.Times, ticks.First, ticks.Sessions, ticks.Trading, ticks.RequestId);
            return;
        }

        var words = _ticks.Words;
        for (var i = 0; i < ticks.Times.Length; i++)
        {
            writer.Tick(_ticks, ticks.Times[i], ticks.First + i, ticks.Sessions[i], ticks.Trading.AsSpan(i * words, words), ticks.RequestId);
        }
    }

    private void Account(AccountOutput output)
    {
        var fields = AccountFields(output.Account);
        writer.BeginAccount(output.Answer, fields);
        Positions(writer, output.Account);
        writer.EndAccount(fields, output.RequestId);
    }

    private void BatchAck(BatchAckOutput ack)
    {
        writer.BeginBatchAck(ack.BatchId);
        foreach (var order in ack.Accepted) writer.AcceptedOrder(order.OrderId);
        writer.BeginRejectedOrders();
        foreach (var order in ack.Rejected) writer.RejectedOrder(order.OrderId, order.Code, order.Text);
        writer.BeginEstimatedFills();
        foreach (var order in ack.Accepted) writer.EstimatedFill(order.OrderId, order.Estimate);
        writer.EndBatchAck(ack.RequestId);
    }

    private void Error(ErrorOutput error)
    {
        writer.BeginError(new ErrorData(error.Code, error.Message, error.Type, error.Severity, error.Recoverable, error.RetryAfterMs), error.RequestId);
        var hasGeneric = false;
        foreach (var entry in error.Context)
        {
            hasGeneric |= entry.Name == "generic_code";
            if (entry.Number is { } number) writer.ContextNumber(entry.Name, number);
            else writer.ContextText(entry.Name, entry.Text);
        }

        if (!hasGeneric && ErrorCodes.Generic(error.Code) is { } generic) writer.ContextText("generic_code", generic);
        writer.EndError(error.RequestId, ofSession: true);
    }

    private void OrderUpdate(OrderUpdateOutput update)
    {
        if (!_extensions.Contains(Extensions.OrderUpdate) && !_extensions.Contains(Extensions.CancelOrders) && !_extensions.Contains(Extensions.ReplaceOrder)) return;
        writer.OrderUpdate(update.OrderId, Status(update.State), update.Reason, update.Remaining, update.SimTime, update.RequestId);
    }

    private void Created(CreatedOutput created)
    {
        var loaded = created.Loaded;
        // a tick's mask counts the loaded symbols: those without data are not part of the simulation
        _ticks = new TickWriter([.. loaded.Select(range => range.Symbol)]);
        writer.BeginSessionCreated(created.SessionId, created.EstimatedTicks, loaded.Select(range => range.Symbol));
        foreach (var range in loaded) writer.DataRange(range.Symbol, range.Start, range.End, range.Candles, range.MissingCandles);
        writer.EndSessionCreated(created.RequestId);
    }

    private void Status(StatusOutput output)
    {
        if (output.Resumed && !_extensions.Contains(Extensions.SimulationResumed)) return;
        var status = output.Status;
        writer.Status(output.Resumed, new SimulationStatusData(status.SessionId, State(status.State), status.SimTime, status.Sequence, status.TicksCompleted, status.EstimatedTicks), output.RequestId);
    }

    private void StateSync(StateSyncOutput sync)
    {
        var fields = AccountFields(sync.Account);
        writer.BeginStateSync(sync.CurrentSimTime, sync.NextSequence, fields);
        Positions(writer, sync.Account);
        writer.BeginMissedExecutions(fields, sync.PendingOrders);
        foreach (var fill in sync.MissedExecutions) writer.MissedExecution(Execution(fill));
        writer.EndStateSync(sync.RequestId);
    }

    private void Complete(CompleteOutput output) => writer.SimulationComplete(
        new SimulationCompleteData(
            output.SessionId, output.InitialCash, output.FinalEquity, output.TotalTrades, output.WinningTrades, output.TotalCommission, output.MaxDrawdown, output.Sharpe, output.Sortino, output.Calmar, output.DurationSec),
        output.RequestId);

    private void LimitWarning(LimitWarningOutput warning) => writer.ConnectionWarning(new ConnectionWarningData(
        "rate_limit_warning",
        string.Create(CultureInfo.InvariantCulture, $"{warning.Usage} of {warning.Allowed} used of {warning.Limit}; the count starts again at {InstantText.Format(InstantText.Micros(warning.ResetsAt))}"),
        null,
        "reduce_request_rate",
        null));
}
