using System.Globalization;
using System.Numerics;
using Trading.Storage.ReadModels;

namespace Trading.Tests.Support.ReadModels;

/// <summary>What the read models of one run must hold after a series of changes, in the simplest way: the judge of everything that keeps them.</summary>
internal sealed class ReadModelTables
{
    public long Version { get; private set; }

    public RunRow? Run { get; private set; }

    public AccountRow? Account { get; private set; }

    public SortedDictionary<string, OrderRow> Orders { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<int, FillRow> Fills { get; } = [];

    public SortedDictionary<string, PositionRow> Positions { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<int, (RunRow Run, AccountRow Account)> Portfolio { get; } = [];

    public void Apply(long version, SessionChange change)
    {
        if (change.Rewind)
        {
            foreach (var beyond in Fills.Keys.Where(execution => execution > change.Run.Fills).ToList()) Fills.Remove(beyond);
            foreach (var beyond in Portfolio.Keys.Where(point => point > change.Run.Point).ToList()) Portfolio.Remove(beyond);
        }

        (Version, Run) = (version, change.Run);
        foreach (var order in change.Orders) Orders[order.OrderId] = order;
        foreach (var fill in change.Fills) Fills[fill.Execution] = fill;
        if (change.Account is not { } account) return;
        Account = account;
        Portfolio[change.Run.Point] = (change.Run, account);
        var held = account.Positions.Select(position => position.Symbol).ToHashSet();
        if (account.HasClosed)
        {
            foreach (var closed in Positions.Keys.Where(symbol => !held.Contains(symbol)).ToList()) Positions.Remove(closed);
        }

        foreach (var position in account.Positions) Positions[position.Symbol] = position;
    }

    /// <summary>Every value of every row, in the order of the columns; numbers exact and without trailing zeros, instants in microseconds.</summary>
    public List<string> Lines(string tenant, string session)
    {
        var lines = new List<string>();
        if (Run is not { } run) return lines;
        lines.Add(Line("run", tenant, session, Version, Name<RunState>(run.State), Name(run.EndedBy), string.Join(',', run.Symbols), run.DataProvider, run.DataVersion, Money(run.InitialCash),
            Micros(run.CreatedAt), Micros(run.StartedAt), Micros(run.EndedAt), Micros(run.UpdatedAt), run.SimTime, run.Tick, run.Ticks, Money(Account?.Cash), Money(Account?.Equity),
            Money(Account?.BuyingPower), Money(Account?.DayPnl), Money(Account?.RealizedPnl), Account?.OpenOrders, run.Orders, run.Fills, run.ResultHash));
        lines.AddRange(Orders.Values.Select(order => Line("order", order.OrderId, order.Place, order.OrderNumber, order.Symbol, Name<Engine.Orders.OrderSide>(order.Side), Name<Engine.Orders.OrderType>(order.Type), TimeInForce(order.TimeInForce),
            Price(order.Quantity), Money(order.Notional), Price(order.Price), Price(order.StopPrice), Price(order.TrailAmount), Exact(order.TrailRate, 12), order.ExtendedHours ? "t" : "f",
            order.OcoGroup, order.ParentOrderId, order.ParentStrategy, Name<Engine.Orders.OrderState>(order.State), order.Reason, Price(order.Remaining), order.ArrivedAt, order.ChangedAt, order.ChangedTick)));
        lines.AddRange(Fills.Values.Select(fill => Line("fill", fill.Execution, fill.OrderId, fill.Symbol, Name<Engine.Orders.OrderSide>(fill.Side), Price(fill.Quantity), Price(fill.Price), Price(fill.ReferencePrice),
            Money(fill.Commission), Money(fill.Fees), Price(fill.Remaining), fill.Reason == 0 ? null : Name<Engine.Orders.FillReason>(fill.Reason), fill.SimTime, fill.Tick)));
        lines.AddRange(Positions.Values.Select(position => Line("position", position.Symbol, Price(position.Quantity), Money(position.Cost), Price(position.Mark))));
        lines.AddRange(Portfolio.Select(point => Line("point", point.Key, point.Value.Run.Tick, point.Value.Run.SimTime, Money(point.Value.Account.Cash), Money(point.Value.Account.Equity),
            Money(point.Value.Account.BuyingPower), Money(point.Value.Account.DayPnl), Money(point.Value.Account.RealizedPnl), point.Value.Account.OpenOrders)));
        return lines;
    }

    private static string Line(params object?[] values) => string.Join('|', values.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture)));

    private static string? Price(long? units) => Exact(units, 8);

    private static string? Money(Int128? units) => Exact(units, 16);

    private static string? Exact(Int128? units, int places)
    {
        if (units is not { } value) return null;
        var digits = BigInteger.Abs(value).ToString(CultureInfo.InvariantCulture).PadLeft(places + 1, '0');
        var text = $"{digits[..^places]}.{digits[^places..]}".TrimEnd('0').TrimEnd('.');
        return value < 0 ? "-" + text : text;
    }

    private static string? Micros(DateTimeOffset? instant) =>
        instant is { } known ? ((known.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond).ToString(CultureInfo.InvariantCulture) : null;

    /// <summary>The name in small letters with underscores; nothing for what has no name.</summary>
    private static string? Name<T>(T? value)
        where T : struct, Enum => value is not { } known || !Enum.IsDefined(known) ? null
            : string.Concat(known.ToString().Select((letter, at) => char.IsUpper(letter) && at > 0 ? "_" + char.ToLowerInvariant(letter) : char.ToLowerInvariant(letter).ToString()));

    private static string? TimeInForce(Engine.Orders.TimeInForce timeInForce) => timeInForce switch
    {
        0 => null,
        Engine.Orders.TimeInForce.Day => "day",
        Engine.Orders.TimeInForce.GoodTilCancelled => "gtc",
        Engine.Orders.TimeInForce.ImmediateOrCancel => "ioc",
        _ => "fok",
    };
}
