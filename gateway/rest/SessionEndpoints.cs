using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Trading.Gateway.Auth;
using Trading.Gateway.Grains;
using Trading.Gateway.Sessions;
using Trading.GrainInterfaces.Orders;
using Trading.GrainInterfaces.Sessions;
using Trading.Protocol;
using Trading.Protocol.Text;
using Trading.Protocol.Writing;

namespace Trading.Gateway.Rest;

/// <summary>What a user may read about the own sessions by REST: the final report, single orders, the portfolio. Bearer token; foreign sessions are not found (SIM-046).</summary>
internal sealed class SessionEndpoints(IGatewayGrains grains, TokenService tokens)
{
    internal static void Map(IEndpointRouteBuilder routes, SessionEndpoints endpoints)
    {
        Describe(routes.MapGet("/sessions/{sessionId}/report", endpoints.ReportAsync), "readReport", "The final report of an own session.");
        Describe(routes.MapGet("/sessions/{sessionId}/orders/{orderId}", endpoints.OrderAsync), "readOrder", "One order: intent, transitions, fills.");
        Describe(routes.MapGet("/sessions/{sessionId}/portfolio", endpoints.PortfolioAsync), "readPortfolio", "The latest account and the equity curve.");
    }

    internal async Task ReportAsync(HttpContext http, string sessionId)
    {
        if (await IdentifyAsync(http).ConfigureAwait(false) is not { } identity) return;
        identity.MarkCalls();
        var report = await grains.Session(identity.UserId, sessionId).GetReport(http.RequestAborted).ConfigureAwait(false);
        if (report is null)
        {
            await NotFoundAsync(http).ConfigureAwait(false);
            return;
        }

        using var json = new JsonText();
        json.RawText(report);
        await RestError.WriteAsync(http, StatusCodes.Status200OK, json).ConfigureAwait(false);
    }

    internal async Task OrderAsync(HttpContext http, string sessionId, string orderId)
    {
        if (await IdentifyAsync(http).ConfigureAwait(false) is not { } identity) return;
        identity.MarkCalls();
        var order = await grains.Order(identity.UserId, sessionId, orderId).Get(http.RequestAborted).ConfigureAwait(false);
        if (order is null)
        {
            await NotFoundAsync(http).ConfigureAwait(false);
            return;
        }

        using var json = new JsonText();
        WriteOrder(json, order);
        await RestError.WriteAsync(http, StatusCodes.Status200OK, json).ConfigureAwait(false);
    }

    internal async Task PortfolioAsync(HttpContext http, string sessionId)
    {
        if (await IdentifyAsync(http).ConfigureAwait(false) is not { } identity) return;
        identity.MarkCalls();
        var view = await grains.Portfolio(identity.UserId, sessionId).Get(http.RequestAborted).ConfigureAwait(false);
        if (view is null)
        {
            await NotFoundAsync(http).ConfigureAwait(false);
            return;
        }

        using var json = new JsonText();
        json.Raw("{\"sequence\":"u8);
        json.Number(view.Sequence);
        json.Raw(",\"sim_time\":"u8);
        json.Instant(view.SimTime);
        json.Raw(",\"account\":"u8);
        var writer = new MessageWriter(json) { FractionalQuantity = view.Account.Positions.Any(position => position.Quantity % 100_000_000 != 0) };
        var fields = OutputRenderer.AccountFields(view.Account);
        writer.BeginAccountPayload(fields);
        OutputRenderer.Positions(writer, view.Account);
        writer.EndAccountPayload(fields);
        json.Raw(",\"equity_curve\":["u8);
        for (var i = 0; i < view.Curve.Count; i++)
        {
            if (i > 0) json.Raw((byte)',');
            json.Raw("{\"sim_time\":"u8);
            json.Instant(view.Curve[i].SimTime);
            json.Raw(",\"equity\":"u8);
            json.Money(view.Curve[i].Equity);
            json.Raw((byte)'}');
        }

        json.Raw("]}"u8);
        await RestError.WriteAsync(http, StatusCodes.Status200OK, json).ConfigureAwait(false);
    }

    private static void WriteOrder(JsonText json, OrderRecord order)
    {
        json.Raw("{\"order_id\":"u8);
        json.String(order.OrderId);
        json.Raw(",\"order_number\":"u8);
        json.Number(order.OrderNumber);
        json.Raw(",\"parent_strategy\":"u8);
        json.String(order.ParentStrategy);
        json.Raw(",\"status\":"u8);
        json.String(OutputRenderer.Status(order.State));
        json.Raw(",\"state\":"u8);
        json.String(Names.Snake(order.State));
        json.Raw(",\"reason\":"u8);
        json.String(order.Reason == Engine.Orders.Reason.None ? null : Names.Snake(order.Reason));
        json.Raw(",\"remaining_quantity\":"u8);
        json.Decimal(order.Remaining, DecimalText.PriceScale, 0);
        json.Raw(",\"intent\":"u8);
        WriteIntent(json, order.Intent);
        json.Raw(",\"transitions\":["u8);
        for (var i = 0; i < order.Transitions.Count; i++)
        {
            var step = order.Transitions[i];
            json.Raw(i > 0 ? ",{\"state\":"u8 : "{\"state\":"u8);
            json.String(Names.Snake(step.State));
            json.Raw(",\"reason\":"u8);
            json.String(step.Reason == Engine.Orders.Reason.None ? null : Names.Snake(step.Reason));
            json.Raw(",\"sim_time\":"u8);
            json.Instant(step.Time);
            json.Raw(",\"tick\":"u8);
            json.Number(step.Tick);
            json.Raw((byte)'}');
        }

        json.Raw("],\"fills\":["u8);
        var writer = new MessageWriter(json) { FractionalQuantity = true };
        for (var i = 0; i < order.Fills.Count; i++)
        {
            if (i > 0) json.Raw((byte)',');
            writer.ExecutionPayload(OutputRenderer.Execution(order.Fills[i]));
        }

        json.Raw("]}"u8);
    }

    private static void WriteIntent(JsonText json, ClientOrder intent)
    {
        json.Raw("{\"symbol\":"u8);
        json.String(intent.Symbol);
        json.Raw(",\"side\":"u8);
        json.String(Names.Snake(intent.Side));
        json.Raw(",\"type\":"u8);
        json.String(Names.Snake(intent.Type));
        json.Raw(",\"time_in_force\":"u8);
        json.String(Names.TimeInForce(intent.TimeInForce));
        DecimalOrNull(json, ",\"quantity\":"u8, intent.Quantity, DecimalText.PriceScale, 0);
        DecimalOrNull(json, ",\"notional\":"u8, intent.Notional, DecimalText.MoneyScale, 2);
        DecimalOrNull(json, ",\"price\":"u8, intent.Price, DecimalText.PriceScale, 2);
        DecimalOrNull(json, ",\"stop_price\":"u8, intent.StopPrice, DecimalText.PriceScale, 2);
        json.Raw((byte)'}');
    }

    private static void DecimalOrNull(JsonText json, ReadOnlySpan<byte> name, Int128? value, int scale, int decimals)
    {
        json.Raw(name);
        if (value is { } number) json.Decimal(number, scale, decimals);
        else json.Raw("null"u8);
    }

    private static void Describe(RouteHandlerBuilder route, string name, string summary) => route
        .WithName(name).WithSummary(summary).WithTags("sessions")
        .Produces(StatusCodes.Status200OK, contentType: "application/json").Produces(StatusCodes.Status401Unauthorized).Produces(StatusCodes.Status404NotFound).Produces(StatusCodes.Status503ServiceUnavailable);

    private static Task NotFoundAsync(HttpContext http) =>
        RestError.WriteAsync(http, StatusCodes.Status404NotFound, ErrorCodes.SessionNotFound, "There is no such thing among your sessions");

    private async Task<Identity?> IdentifyAsync(HttpContext http)
    {
        var identity = BearerToken.VerifyHeader(http, tokens);
        if (identity is null) await RestError.WriteAsync(http, StatusCodes.Status401Unauthorized, ErrorCodes.AuthenticationFailed, "A valid token is required").ConfigureAwait(false);
        return identity;
    }
}
