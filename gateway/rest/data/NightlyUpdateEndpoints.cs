using System.Globalization;
using Microsoft.AspNetCore.Http;
using Trading.Gateway.Grains;
using Trading.GrainInterfaces.Data;

namespace Trading.Gateway.Rest.Data;

/// <summary><c>/nightly-update/…</c>: starts updates, tells how they stand, ends them (OHLCV section 14).</summary>
internal sealed class NightlyUpdateEndpoints(IGatewayGrains grains, DataAccess access)
{
    internal Task StartAsync(HttpContext http) => access.AnswerAsync(http, async identity =>
    {
        access.RequireOperator(identity);
        var request = await ReadAsync(http).ConfigureAwait(false);
        var started = await grains.DataUpdates().Start(request, http.RequestAborted).ConfigureAwait(false);
        if (started.Problem is { } problem) throw RefusedException.Of(problem);
        var message = string.Create(CultureInfo.InvariantCulture, $"Update of {started.SymbolCount} {(started.SymbolCount == 1 ? "symbol" : "symbols")} is under way");
        await RestError.WriteAsync(http, StatusCodes.Status200OK, new(started.RequestId, DataNames.Of(UpdateState.Started), message), DataJson.Answers.UpdateStartedMessage).ConfigureAwait(false);
    });

    internal Task StatusAsync(HttpContext http) => access.AnswerAsync(http, async _ =>
    {
        var status = await Update(http).GetStatus(http.RequestAborted).ConfigureAwait(false) ?? throw Unknown();
        await RestError.WriteAsync(http, StatusCodes.Status200OK, Message(status), DataJson.Answers.UpdateStatusMessage).ConfigureAwait(false);
    });

    internal Task ProgressAsync(HttpContext http) => access.AnswerAsync(http, async _ =>
    {
        var progress = await Update(http).GetProgress(http.RequestAborted).ConfigureAwait(false) ?? throw Unknown();
        var message = new SymbolsProgressMessage(RequestId(http), [.. progress.Select(Message)]);
        await RestError.WriteAsync(http, StatusCodes.Status200OK, message, DataJson.Answers.SymbolsProgressMessage).ConfigureAwait(false);
    });

    internal Task DetailsAsync(HttpContext http) => access.AnswerAsync(http, async _ =>
    {
        var details = await Update(http).GetDetails(http.RequestAborted).ConfigureAwait(false) ?? throw Unknown();
        if (!details.IsComplete) throw new RefusedException(StatusCodes.Status409Conflict, "UPDATE_NOT_FINISHED", "The update is still running; its results are there when it has ended");
        await RestError.WriteAsync(http, StatusCodes.Status200OK, Message(details), DataJson.Answers.UpdateDetailsMessage).ConfigureAwait(false);
    });

    internal Task ActiveAsync(HttpContext http) => access.AnswerAsync(http, async _ =>
    {
        var active = await grains.DataUpdates().GetActive(http.RequestAborted).ConfigureAwait(false);
        ActiveUpdateMessage[] message = [.. active.Select(one => new ActiveUpdateMessage(one.RequestId, DataNames.Of(one.State), new(one.StartedAt), one.SymbolCount, new(one.ProgressPercent)))];
        await RestError.WriteAsync(http, StatusCodes.Status200OK, message, DataJson.Answers.IReadOnlyListActiveUpdateMessage).ConfigureAwait(false);
    });

    /// <summary>Ends an update before its time and answers how it stands then.</summary>
    internal Task CancelAsync(HttpContext http) => access.AnswerAsync(http, async identity =>
    {
        access.RequireOperator(identity);
        var update = Update(http);
        _ = await update.GetStatus(http.RequestAborted).ConfigureAwait(false) ?? throw Unknown();
        if (!await update.Cancel(http.RequestAborted).ConfigureAwait(false)) throw new RefusedException(StatusCodes.Status409Conflict, "UPDATE_FINISHED", "The update has ended already");
        var status = await update.GetStatus(http.RequestAborted).ConfigureAwait(false) ?? throw Unknown();
        await RestError.WriteAsync(http, StatusCodes.Status200OK, Message(status), DataJson.Answers.UpdateStatusMessage).ConfigureAwait(false);
    });

    private static async Task<UpdateRequest> ReadAsync(HttpContext http)
    {
        var body = await BodyReader.ReadAsync(http, "symbols", "start_date", "end_date", "force_validation", "enable_resampling", "max_concurrent_symbols").ConfigureAwait(false);
        var request = new UpdateRequest(
            body.Strings("symbols", CompletenessEndpoint.MaximumSymbols) is { } symbols ? CompletenessEndpoint.Symbols(symbols) : null,
            body.Date("start_date"),
            body.Date("end_date"),
            body.Boolean("force_validation") ?? true,
            body.Boolean("enable_resampling"),
            body.Number("max_concurrent_symbols", 1, 100));
        DataDates.CheckOrder(request.StartDate, request.EndDate);
        return request;
    }

    private IDataUpdateGrain Update(HttpContext http) => grains.DataUpdate(RequestId(http));

    /// <summary>Request ids are UUIDs; anything else cannot be one (OHLCV-149).</summary>
    private static string RequestId(HttpContext http) =>
        Guid.TryParseExact(http.Request.RouteValues["requestId"] as string, "D", out var id) ? id.ToString("D") : throw Unknown();

    private static RefusedException Unknown() => new(StatusCodes.Status404NotFound, "UNKNOWN_REQUEST", "There is no update with this id");

    private static UpdateStatusMessage Message(UpdateStatus status) => new(
        status.RequestId,
        DataNames.Of(status.State),
        new(status.StartedAt),
        status.TotalSymbols,
        DataNames.IsOver(status.State),
        new(
            status.TotalSymbols,
            status.CompletedSymbols,
            status.CurrentSymbol,
            DataNames.Of(status.CurrentPhase),
            new(status.ProgressPercent),
            status.EstimatedSecondsRemaining,
            status.SymbolsInProgress));

    private static SymbolProgressMessage Message(SymbolProgress symbol) => new(
        symbol.Symbol,
        DataNames.Of(symbol.State),
        DataNames.Of(symbol.Phase),
        new(symbol.ProgressPercent),
        WireInstant.Of(symbol.StartedAt),
        WireInstant.Of(symbol.FinishedAt),
        symbol.Error);

    private static UpdateDetailsMessage Message(UpdateDetails details)
    {
        var results = new OrderedDictionary<string, SymbolResultMessage>(StringComparer.Ordinal);
        foreach (var symbol in details.Symbols)
        {
            results[symbol.Symbol] = new(symbol.Success, symbol.CandlesDownloaded, symbol.CompletenessPercent is { } percent ? new WirePercent(percent) : null, symbol.Error);
        }

        var successful = details.Symbols.Count(symbol => symbol.Success);
        return new(
            details.RequestId,
            DataNames.Of(details.State),
            new(details.StartedAt),
            WireInstant.Of(details.CompletedAt),
            new(details.Symbols.Count, successful, details.Symbols.Count - successful, details.Symbols.Sum(symbol => symbol.CandlesDownloaded), details.Symbols.Sum(symbol => symbol.CandlesResampled)),
            results,
            details.Recommendations);
    }
}
