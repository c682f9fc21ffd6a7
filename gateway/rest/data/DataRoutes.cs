using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Trading.Gateway.Rest.OpenApi;
using static Trading.Gateway.Rest.Data.DataExamples;

namespace Trading.Gateway.Rest.Data;

/// <summary>The data manager's routes and what the API's description says about them.</summary>
internal static class DataRoutes
{
    internal static void AddDataRoutes(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(DataApiOptions.From(configuration));
        services.AddSingleton<DataAccess>();
        services.AddSingleton<TradingDataEndpoints>();
        services.AddSingleton<CompletenessEndpoint>();
        services.AddSingleton<NightlyUpdateEndpoints>();
    }

    internal static void MapDataRoutes(this WebApplication app)
    {
        MapTradingData(app, app.Services.GetRequiredService<TradingDataEndpoints>());
        app.MapPost("/data-analysis/completeness", (Delegate)app.Services.GetRequiredService<CompletenessEndpoint>().AnalyseAsync)
            .Describe("analyseCompleteness", "Completeness of stored one-minute data over the trading days of a period; fills gaps on request (operators).", "data-analysis")
            .TakesJson<CompletenessBody>(CompletenessRequest, isOptional: false).AnswersJson<CompletenessMessage>(CompletenessAnswer)
            .Refuses(StatusCodes.Status403Forbidden, StatusCodes.Status413PayloadTooLarge, StatusCodes.Status415UnsupportedMediaType, StatusCodes.Status422UnprocessableEntity, StatusCodes.Status503ServiceUnavailable);
        MapNightlyUpdate(app, app.Services.GetRequiredService<NightlyUpdateEndpoints>());
    }

    private static void MapTradingData(WebApplication app, TradingDataEndpoints endpoints)
    {
        app.MapGet("/trading-data/data/{**symbol}", (Delegate)endpoints.CandlesAsync)
            .Describe("readCandles", "Stored candles of a symbol, page by page.", "trading-data")
            .TakesParameters(
                ApiParameter.Path("symbol", "Any form of the symbol: canonical (GBPUSD), with a slash (GBP/USD) or percent-encoded (GBP%2FUSD); the answer repeats it.", "MSFT"),
                Timeframe,
                ApiParameter.Date("start_date", "First trading day, included: exchange-local for US equities, UTC for crypto and forex."),
                ApiParameter.Date("end_date", "Last trading day, included."),
                ApiParameter.Choice("order_by", "Order by date over the whole result, before paging.", "desc", "asc"),
                ApiParameter.Number("page", "Counts from 1; a page past the end is empty.", 1, int.MaxValue, 1),
                ApiParameter.Number("page_size", "Candles per page.", 1, 10_000, 1_000),
                ApiParameter.Choice("adjustment", "Prices as traded, adjusted for splits, or for splits and dividends.", "raw", "split", "adjusted"))
            .AnswersJson<CandlePageMessage>(CandlePage)
            .Refuses(StatusCodes.Status404NotFound, StatusCodes.Status422UnprocessableEntity, StatusCodes.Status503ServiceUnavailable);
        app.MapGet("/trading-data/symbols", (Delegate)endpoints.SymbolsAsync)
            .Describe("listSymbols", "Symbols with stored data in a timeframe, sorted.", "trading-data")
            .TakesParameters(Timeframe).AnswersJson<IReadOnlyList<string>>(Symbols)
            .Refuses(StatusCodes.Status422UnprocessableEntity, StatusCodes.Status503ServiceUnavailable);
    }

    private static void MapNightlyUpdate(WebApplication app, NightlyUpdateEndpoints endpoints)
    {
        const string tag = "nightly-update";
        var id = ApiParameter.Path("requestId", "From the answer of the start.", RequestId);
        app.MapPost("/nightly-update/start", (Delegate)endpoints.StartAsync)
            .Describe("startUpdate", "Starts an update in the background (operators).", tag)
            .TakesJson<UpdateStartBody>(UpdateStartRequest, isOptional: true).AnswersJson<UpdateStartedMessage>(UpdateStarted)
            .Refuses(StatusCodes.Status403Forbidden, StatusCodes.Status413PayloadTooLarge, StatusCodes.Status415UnsupportedMediaType, StatusCodes.Status422UnprocessableEntity, StatusCodes.Status503ServiceUnavailable);
        app.MapGet("/nightly-update/status/{requestId}", (Delegate)endpoints.StatusAsync)
            .Describe("readUpdateStatus", "How an update stands.", tag)
            .TakesParameters(id).AnswersJson<UpdateStatusMessage>(UpdateStatus).Refuses(StatusCodes.Status404NotFound, StatusCodes.Status503ServiceUnavailable);
        app.MapGet("/nightly-update/status/{requestId}/progress", (Delegate)endpoints.ProgressAsync)
            .Describe("readUpdateProgress", "How every symbol of an update stands.", tag)
            .TakesParameters(id).AnswersJson<SymbolsProgressMessage>(UpdateProgress).Refuses(StatusCodes.Status404NotFound, StatusCodes.Status503ServiceUnavailable);
        app.MapGet("/nightly-update/status/{requestId}/details", (Delegate)endpoints.DetailsAsync)
            .Describe("readUpdateDetails", "The results of a finished update; 409 before its end.", tag)
            .TakesParameters(id).AnswersJson<UpdateDetailsMessage>(UpdateDetails).Refuses(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status503ServiceUnavailable);
        app.MapGet("/nightly-update/active", (Delegate)endpoints.ActiveAsync)
            .Describe("listActiveUpdates", "All running updates.", tag)
            .AnswersJson<IReadOnlyList<ActiveUpdateMessage>>(ActiveUpdates).Refuses(StatusCodes.Status503ServiceUnavailable);
        app.MapDelete("/nightly-update/{requestId}", (Delegate)endpoints.CancelAsync)
            .Describe("cancelUpdate", "Ends an update before its time (operators); what is stored stays. Answers how the update stands then.", tag)
            .TakesParameters(id).AnswersJson<UpdateStatusMessage>(CancelledUpdate)
            .Refuses(StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status503ServiceUnavailable);
    }

    private static ApiParameter Timeframe => ApiParameter.Choice("timeframe", "Length of a candle.", [.. DataNames.Timeframes]);
}
