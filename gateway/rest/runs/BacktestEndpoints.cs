using Microsoft.AspNetCore.Http;
using Trading.GrainInterfaces.Runs;

namespace Trading.Gateway.Rest.Runs;

/// <summary><c>/backtests</c>: a built-in strategy over a range of bars, on the service's own machines.</summary>
internal sealed class BacktestEndpoints(RunCalls runs)
{
    internal const string Route = "/backtests";

    internal Task StartAsync(HttpContext http) => runs.AnswerAsync(http, async identity =>
    {
        var status = await runs.BeginAsync(http, identity, RunKind.Backtest, Route).ConfigureAwait(false);
        await RestError.WriteAsync(http, http.Response.StatusCode, RunAnswers.Backtest(status, null), RunJson.Answers.BacktestMessage).ConfigureAwait(false);
    });

    internal Task ListAsync(HttpContext http) => runs.AnswerAsync(http, async identity =>
    {
        var (list, pagination) = await runs.ListAsync(http, identity, RunKind.Backtest).ConfigureAwait(false);
        await RestError.WriteAsync(http, StatusCodes.Status200OK, new(list, pagination), RunJson.Answers.BacktestListMessage).ConfigureAwait(false);
    });

    internal Task StatusAsync(HttpContext http) => runs.AnswerAsync(http, async identity =>
    {
        var status = await runs.StatusAsync(http, identity, RunKind.Backtest).ConfigureAwait(false);
        var report = status.State == RunState.Completed ? await runs.Run(http, identity, RunKind.Backtest).GetReport(http.RequestAborted).ConfigureAwait(false) : null;
        await RestError.WriteAsync(http, StatusCodes.Status200OK, RunAnswers.Backtest(status, report), RunJson.Answers.BacktestMessage).ConfigureAwait(false);
    });

    internal Task CancelAsync(HttpContext http) => runs.AnswerAsync(http, async identity =>
    {
        var status = await runs.CancelAsync(http, identity, RunKind.Backtest).ConfigureAwait(false);
        await RestError.WriteAsync(http, StatusCodes.Status200OK, RunAnswers.Backtest(status, null), RunJson.Answers.BacktestMessage).ConfigureAwait(false);
    });
}
