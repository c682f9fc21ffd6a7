using System.Security.Cryptography;
using System.Text.Json;
using Trading.Engine.Orders;
using Trading.GrainInterfaces.Sessions;

namespace Trading.Grains.Sessions;

/// <summary>Takes order batches, cancels and replaces: checks what the engine cannot know, writes the record, and answers.</summary>
internal sealed class OrderDesk
{
    private readonly ISimulationRun _run;
    private readonly SessionOrders _orders;
    private readonly BatchLedger _batches;
    private readonly SessionOutbox _outbox;
    private readonly Dictionary<string, int> _symbols;
    private readonly Dictionary<string, int> _groups = new(StringComparer.Ordinal);
    private readonly bool _advanced;

    public OrderDesk(ISimulationRun run, SessionDefinition definition, SessionExtensions extensions, SessionOrders orders, BatchLedger batches, SessionOutbox outbox)
    {
        _run = run;
        _orders = orders;
        _batches = batches;
        _outbox = outbox;
        _advanced = extensions.HasFlag(SessionExtensions.AdvancedOrders);
        _symbols = new Dictionary<string, int>(definition.Loaded.Count, StringComparer.Ordinal);
        for (var symbol = 0; symbol < definition.Loaded.Count; symbol++) _symbols.Add(definition.Loaded[symbol].Symbol, symbol);
    }

    /// <summary>The content of a batch as it is journaled and compared.</summary>
    public static BatchBody Body(BatchCommand command)
    {
        var orders = new OrderBody[command.Orders.Count];
        for (var at = 0; at < orders.Length; at++) orders[at] = OrderBody.Of(command.Orders[at]);
        return new BatchBody(command.BatchId, command.Atomic, command.ParentStrategy, orders);
    }

    public static byte[] HashOf(BatchBody body) => SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(body, SessionJson.Default.BatchBody));

    /// <summary>Submits a batch that is new: registers every order, and remembers the answer.</summary>
    public BatchAckOutput Submit(BatchBody body, byte[] contentHash, string? requestId)
    {
        var orders = new ClientOrder[body.Orders.Count];
        for (var at = 0; at < orders.Length; at++) orders[at] = body.Orders[at].ToOrder();
        var outcomes = new SubmitOutcome[orders.Length];
        var faults = CheckForm(orders, outcomes);
        if (body.Atomic && faults > 0) RejectAll(outcomes);
        else SubmitSound(orders, outcomes, orders.Length - faults, body.Atomic);
        return Answer(body, contentHash, orders, outcomes, requestId);
    }

    /// <summary>Cancels by engine number; the numbers are those of known orders.</summary>
    public Reason Cancel(int number) => _run.Cancel(number);

    public SubmitOutcome Replace(ReplaceBody body, OrderEntry old)
    {
        var outcome = _run.Replace(new ReplaceIntent(body.OrderNumber, body.Quantity ?? 0, body.Price ?? 0, body.StopPrice ?? 0, body.TimeInForce ?? 0));
        // a refused replacement may have a number too: it is an order that was rejected
        if (outcome.OrderNumber == 0) return outcome;
        var intent = old.Intent with
        {
            OrderId = body.NewOrderId,
            Quantity = body.Quantity ?? old.Intent.Quantity,
            Price = body.Price ?? old.Intent.Price,
            StopPrice = body.StopPrice ?? old.Intent.StopPrice,
            TimeInForce = body.TimeInForce ?? old.Intent.TimeInForce,
        };
        _orders.Add(intent, old.ParentStrategy, outcome.OrderNumber, replacesAnother: true);
        return outcome;
    }

    /// <summary>Refusals that only the session can know: malformed text, ids used before, symbols it did not load, orders beyond section 14.</summary>
    private int CheckForm(ClientOrder[] orders, SubmitOutcome[] outcomes)
    {
        var faults = 0;
        var seen = new HashSet<string>(orders.Length, StringComparer.Ordinal);
        for (var at = 0; at < orders.Length; at++)
        {
            var order = orders[at];
            var reason = order.Fault;
            if (!seen.Add(order.OrderId) || _orders.Knows(order.OrderId)) reason = Reason.DuplicateOrderId;
            else if (reason == Reason.None && !_symbols.ContainsKey(order.Symbol)) reason = Reason.UnknownSymbol;
            else if (reason == Reason.None && !_advanced && IsAdvanced(order)) reason = Reason.InvalidOrder;
            else if (reason == Reason.None && order.ParentOrderId is { } parent && !seen.Contains(parent)) reason = Reason.InvalidOrder;
            if (reason == Reason.None) continue;
            outcomes[at] = new SubmitOutcome(0, reason, 0, 0, 0);
            faults++;
        }

        return faults;
    }

    private static bool IsAdvanced(ClientOrder order) =>
        order.Type > OrderType.StopLimit || order.TimeInForce == TimeInForce.FillOrKill || order.TrailAmount is not null || order.TrailRate is not null
        || order.ExtendedHours || order.OcoGroup is not null || order.ParentOrderId is not null;

    private static void RejectAll(SubmitOutcome[] outcomes)
    {
        for (var at = 0; at < outcomes.Length; at++)
        {
            if (outcomes[at].Reason == Reason.None) outcomes[at] = new SubmitOutcome(0, Reason.AtomicBatchRejected, 0, 0, 0);
        }
    }

    private void SubmitSound(ClientOrder[] orders, SubmitOutcome[] outcomes, int sound, bool atomic)
    {
        if (sound == 0) return;
        var intents = new OrderIntent[sound];
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        var next = 0;
        for (var at = 0; at < orders.Length; at++)
        {
            if (outcomes[at].Reason != Reason.None) continue;
            places[orders[at].OrderId] = next;
            intents[next++] = Intent(orders[at], places);
        }

        var results = new SubmitOutcome[sound];
        _run.Submit(intents, atomic, results);
        next = 0;
        for (var at = 0; at < orders.Length; at++)
        {
            if (outcomes[at].Reason == Reason.None) outcomes[at] = results[next++];
        }
    }

    private OrderIntent Intent(ClientOrder order, Dictionary<string, int> places)
    {
        var isChild = order.ParentOrderId is not null;
        return new OrderIntent
        {
            Symbol = _symbols[order.Symbol],
            Side = order.Side,
            Type = order.Type,
            TimeInForce = order.TimeInForce,
            Quantity = order.Quantity ?? 0,
            HasQuantity = order.Quantity is not null,
            Notional = order.Notional ?? 0,
            HasNotional = order.Notional is not null,
            LimitPrice = order.Price ?? 0,
            StopPrice = order.StopPrice ?? 0,
            TrailAmount = order.TrailAmount ?? 0,
            TrailRate = order.TrailRate ?? 0,
            ExtendedHours = order.ExtendedHours,
            Role = isChild ? GroupRole.BracketChild : order.OcoGroup is not null ? GroupRole.OneCancelsOther : GroupRole.None,
            Group = isChild || order.OcoGroup is null ? 0 : GroupNumber(order.OcoGroup),
            ParentInBatch = isChild && places.TryGetValue(order.ParentOrderId!, out var place) ? place : -1,
        };
    }

    private int GroupNumber(string name)
    {
        if (_groups.TryGetValue(name, out var number)) return number;
        number = _groups.Count + 1;
        _groups.Add(name, number);
        return number;
    }

    /// <summary>Names of the one-cancels-other groups in the order of their numbers.</summary>
    public IReadOnlyList<string> Groups => [.. _groups.OrderBy(group => group.Value).Select(group => group.Key)];

    public void RestoreGroups(IReadOnlyList<string> names)
    {
        foreach (var name in names) GroupNumber(name);
    }

    private BatchAckOutput Answer(BatchBody body, byte[] contentHash, ClientOrder[] orders, SubmitOutcome[] outcomes, string? requestId)
    {
        var accepted = new List<AcceptedOrder>(orders.Length);
        var rejected = new List<RejectedOrder>();
        var tick = _run.CompletedTicks + 1;
        for (var at = 0; at < orders.Length; at++)
        {
            var outcome = outcomes[at];
            // an id that repeats one of an earlier order names that order, not this one
            if (outcome.Reason != Reason.DuplicateOrderId)
            {
                var entry = _orders.Add(orders[at], body.ParentStrategy, outcome.OrderNumber);
                if (outcome.OrderNumber == 0) _orders.Log(entry, OrderState.Rejected, outcome.Reason, 0, _run.TimeOf(tick), tick);
            }

            _outbox.Tally?.Count(outcome);
            if (outcome.Accepted) accepted.Add(new AcceptedOrder(orders[at].OrderId, outcome.Estimate));
            else rejected.Add(new RejectedOrder(orders[at].OrderId, OrderErrors.Code(outcome.Reason), OrderErrors.Text(outcome.Reason)));
        }

        var answer = new BatchAckOutput(body.BatchId, accepted, rejected);
        _batches.Add(new BatchEntry(tick, contentHash, answer));
        _outbox.Say(answer with { RequestId = requestId });
        if (rejected.Count > 0) SayRefusals(orders, outcomes, requestId);
        return answer;
    }

    /// <summary>One error for each refused order, besides the acknowledgement (SIM-205).</summary>
    private void SayRefusals(ClientOrder[] orders, SubmitOutcome[] outcomes, string? requestId)
    {
        for (var at = 0; at < outcomes.Length; at++)
        {
            if (!outcomes[at].Accepted) _outbox.Say(OrderErrors.Refused(orders[at], outcomes[at], requestId));
        }
    }
}
