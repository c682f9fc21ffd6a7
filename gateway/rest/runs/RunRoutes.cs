using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Trading.Gateway.Rest.OpenApi;
using static Trading.Gateway.Rest.Runs.RunExamples;

namespace Trading.Gateway.Rest.Runs;

/// <summary>The routes of server-side runs and what the API's description says about them.</summary>
internal static class RunRoutes
{
    private static readonly int[] RefusalsOfStart =
    [
        StatusCodes.Status400BadRequest, StatusCodes.Status403Forbidden, StatusCodes.Status409Conflict, StatusCodes.Status413PayloadTooLarge,
        StatusCodes.Status415UnsupportedMediaType, StatusCodes.Status422UnprocessableEntity, StatusCodes.Status429TooManyRequests, StatusCodes.Status503ServiceUnavailable,
    ];

    internal static void AddRunRoutes(this IServiceCollection services)
    {
        services.AddSingleton<RunCalls>();
        services.AddSingleton<BacktestEndpoints>();
        services.AddSingleton<SweepEndpoints>();
    }

    internal static void MapRunRoutes(this WebApplication app)
    {
        MapBacktests(app, app.Services.GetRequiredService<BacktestEndpoints>());
        MapSweeps(app, app.Services.GetRequiredService<SweepEndpoints>());
    }

    private static void MapBacktests(WebApplication app, BacktestEndpoints endpoints)
    {
        const string tag = "backtests";
        var id = ApiParameter.Path("id", "From the answer of the start.", BacktestId);
        app.MapPost(BacktestEndpoints.Route, (Delegate)endpoints.StartAsync)
            .Describe("startBacktest", "Starts a backtest in the background. With the header Idempotency-Key a repeated request is harmless.", tag)
            .TakesJson<BacktestBody>(BacktestRequest, isOptional: false).AcceptsJson<BacktestMessage>(BacktestStarted).Refuses(RefusalsOfStart);
        app.MapGet(BacktestEndpoints.Route, (Delegate)endpoints.ListAsync)
            .Describe("listBacktests", "Own backtests, newest first.", tag)
            .TakesParameters(Page, ListSize).AnswersJson<BacktestListMessage>(BacktestList).Refuses(RefusalsOf(StatusCodes.Status422UnprocessableEntity));
        app.MapGet(BacktestEndpoints.Route + "/{id}", (Delegate)endpoints.StatusAsync)
            .Describe("readBacktest", "How a backtest stands; once it is completed, its report.", tag)
            .TakesParameters(id).AnswersJson<BacktestMessage>(Backtest).Refuses(RefusalsOf(StatusCodes.Status404NotFound));
        app.MapDelete(BacktestEndpoints.Route + "/{id}", (Delegate)endpoints.CancelAsync)
            .Describe("cancelBacktest", "Ends a backtest before its time and answers how it stands then; one that has ended is left as it is.", tag)
            .TakesParameters(id).AnswersJson<BacktestMessage>(BacktestCancelled).Refuses(RefusalsOf(StatusCodes.Status404NotFound));
    }

    private static void MapSweeps(WebApplication app, SweepEndpoints endpoints)
    {
        const string tag = "sweeps";
        var id = ApiParameter.Path("id", "From the answer of the start.", SweepId);
        app.MapPost(SweepEndpoints.Route, (Delegate)endpoints.StartAsync)
            .Describe("startSweep", "Starts a sweep in the background. With the header Idempotency-Key a repeated request is harmless.", tag)
            .TakesJson<SweepBody>(SweepRequest, isOptional: false).AcceptsJson<SweepMessage>(SweepStarted).Refuses(RefusalsOfStart);
        app.MapGet(SweepEndpoints.Route, (Delegate)endpoints.ListAsync)
            .Describe("listSweeps", "Own sweeps, newest first.", tag)
            .TakesParameters(Page, ListSize).AnswersJson<SweepListMessage>(SweepList).Refuses(RefusalsOf(StatusCodes.Status422UnprocessableEntity));
        app.MapGet(SweepEndpoints.Route + "/{id}", (Delegate)endpoints.StatusAsync)
            .Describe("readSweep", "How a sweep stands, and its best set so far.", tag)
            .TakesParameters(id).AnswersJson<SweepMessage>(Sweep).Refuses(RefusalsOf(StatusCodes.Status404NotFound));
        app.MapGet(SweepEndpoints.Route + "/{id}/results", (Delegate)endpoints.ResultsAsync)
            .Describe("readSweepResults", "The results that are there, also while the sweep goes on.", tag)
            .TakesParameters(
                id,
                ApiParameter.Choice("order_by", "By number, or best first: highest equity or ratio, smallest drawdown, most trades.", SweepEndpoints.Orders),
                Page,
                ApiParameter.Number("page_size", "Results per page.", 1, SweepEndpoints.LargestPage, SweepEndpoints.StandardPage))
            .AnswersJson<ResultPageMessage>(SweepResults).Refuses(RefusalsOf(StatusCodes.Status404NotFound, StatusCodes.Status422UnprocessableEntity));
        app.MapDelete(SweepEndpoints.Route + "/{id}", (Delegate)endpoints.CancelAsync)
            .Describe("cancelSweep", "Ends a sweep before its time and answers how it stands then; its results stay. One that has ended is left as it is.", tag)
            .TakesParameters(id).AnswersJson<SweepMessage>(SweepCancelled).Refuses(RefusalsOf(StatusCodes.Status404NotFound));
    }

    private static int[] RefusalsOf(params int[] statuses) => [.. statuses, StatusCodes.Status403Forbidden, StatusCodes.Status503ServiceUnavailable];

    private static ApiParameter Page => ApiParameter.Number("page", "Counts from 1; a page past the end is empty.", 1, 1_000_000, 1);

    private static ApiParameter ListSize => ApiParameter.Number("page_size", "Runs per page.", 1, 100, 20);
}
