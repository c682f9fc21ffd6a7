using Microsoft.AspNetCore.Http;
using Trading.Gateway.Rest.Data;
using Trading.GrainInterfaces.Runs;

namespace Trading.Gateway.Rest.Runs;

/// <summary><c>/sweeps</c>: the same strategy with every parameter set of a grid, spread over all silos.</summary>
internal sealed class SweepEndpoints(RunCalls runs)
{
    internal const string Route = "/sweeps";
    internal const int LargestPage = 1_000;
    internal const int StandardPage = 100;

    /// <summary>Values of <c>order_by</c>, in the order of <see cref="ResultOrder"/>.</summary>
    internal static IReadOnlyList<string> Orders { get; } = ["set", "final_equity", "sharpe_ratio", "max_drawdown", "trades"];

    internal Task StartAsync(HttpContext http) => runs.AnswerAsync(http, async identity =>
    {
        var status = await runs.BeginAsync(http, identity, RunKind.Sweep, Route).ConfigureAwait(false);
        await RestError.WriteAsync(http, http.Response.StatusCode, RunAnswers.Sweep(status), RunJson.Answers.SweepMessage).ConfigureAwait(false);
    });

    internal Task ListAsync(HttpContext http) => runs.AnswerAsync(http, async identity =>
    {
        var (list, pagination) = await runs.ListAsync(http, identity, RunKind.Sweep).ConfigureAwait(false);
        await RestError.WriteAsync(http, StatusCodes.Status200OK, new(list, pagination), RunJson.Answers.SweepListMessage).ConfigureAwait(false);
    });

    internal Task StatusAsync(HttpContext http) => runs.AnswerAsync(http, async identity =>
    {
        var status = await runs.StatusAsync(http, identity, RunKind.Sweep).ConfigureAwait(false);
        await RestError.WriteAsync(http, StatusCodes.Status200OK, RunAnswers.Sweep(status), RunJson.Answers.SweepMessage).ConfigureAwait(false);
    });

    internal Task ResultsAsync(HttpContext http) => runs.AnswerAsync(http, async identity =>
    {
        var query = new QueryReader(http, "page", "page_size", "order_by");
        var order = query.Choice("order_by", [.. Orders]);
        var (page, size) = (query.Number("page", 1, 1_000_000) ?? 1, query.Number("page_size", 1, LargestPage) ?? StandardPage);
        var status = await runs.StatusAsync(http, identity, RunKind.Sweep).ConfigureAwait(false);
        var asked = new ResultQuery((ResultOrder)Array.IndexOf([.. Orders], order), page, size);
        var results = await runs.Run(http, identity, RunKind.Sweep).GetResults(asked, http.RequestAborted).ConfigureAwait(false) ?? throw RunCalls.Unknown(RunKind.Sweep);
        var message = new ResultPageMessage(status.Id, Names.Snake(results.State), [.. results.Results.Select(RunAnswers.Result)], RunAnswers.Pagination(page, size, results.Total));
        await RestError.WriteAsync(http, StatusCodes.Status200OK, message, RunJson.Answers.ResultPageMessage).ConfigureAwait(false);
    });

    internal Task CancelAsync(HttpContext http) => runs.AnswerAsync(http, async identity =>
    {
        var status = await runs.CancelAsync(http, identity, RunKind.Sweep).ConfigureAwait(false);
        await RestError.WriteAsync(http, StatusCodes.Status200OK, RunAnswers.Sweep(status), RunJson.Answers.SweepMessage).ConfigureAwait(false);
    });
}
