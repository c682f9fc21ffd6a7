using System.Globalization;
using System.Text.Json;
using Trading.Engine.Configuration;
using Trading.Gateway.Rest.Data;
using Trading.GrainInterfaces.Runs;
using Trading.Protocol.Text;

namespace Trading.Gateway.Rest.Runs;

/// <summary>What grains say of runs, as the wire says it.</summary>
internal static class RunAnswers
{
    internal static BacktestMessage Backtest(RunStatus status, string? report)
    {
        var request = status.Request;
        var config = SimulationConfigJson.Read(request.Config);
        return new(
            status.Id,
            Names.Snake(status.State),
            new(status.CreatedAt),
            WireInstant.Of(status.StartedAt),
            WireInstant.Of(status.EndedAt),
            request.Symbols,
            request.DataProvider,
            request.DataVersion,
            new(config.Start),
            new(config.End),
            new(request.Strategy, request.Fast[0], request.Slow[0], Quantity(request.Quantity[0]), request.Short),
            Progress(status),
            Error(status.Error),
            status.State == RunState.Completed ? status.Best?.ResultHash : null,
            report is null ? null : JsonSerializer.Deserialize(report, RunJson.Default.IReadOnlyDictionaryStringJsonElement));
    }

    internal static SweepMessage Sweep(RunStatus status)
    {
        var request = status.Request;
        var config = SimulationConfigJson.Read(request.Config);
        return new(
            status.Id,
            Names.Snake(status.State),
            new(status.CreatedAt),
            WireInstant.Of(status.StartedAt),
            WireInstant.Of(status.EndedAt),
            request.Symbols,
            request.DataProvider,
            request.DataVersion,
            new(config.Start),
            new(config.End),
            new(request.Strategy, request.Fast, request.Slow, [.. request.Quantity.Select(Quantity)], request.Short),
            Counts(status),
            Progress(status),
            status.Best is { } best ? Result(best) : null,
            status.Hash,
            Error(status.Error));
    }

    internal static RunSummaryMessage Summary(RunStatus status) =>
        new(status.Id, Names.Snake(status.State), new(status.CreatedAt), WireInstant.Of(status.EndedAt), status.Request.Symbols, Counts(status), Progress(status).Percentage);

    internal static SetResultMessage Result(SetResult result)
    {
        var (set, isDone) = (result.Set, result.Error is null);
        return new(
            set.Number,
            set.Fast,
            set.Slow,
            Quantity(set.Quantity),
            isDone ? "completed" : "failed",
            isDone ? Money(result.FinalEquity) : null,
            Ratio(result.TotalReturn),
            Ratio(result.Sharpe),
            Ratio(result.MaxDrawdown),
            isDone ? result.Trades : null,
            isDone ? result.WinningTrades : null,
            isDone ? result.Orders : null,
            isDone ? result.Fills : null,
            isDone ? Money(result.Commission) : null,
            isDone ? result.ResultHash : null,
            result.Error);
    }

    internal static PaginationMessage Pagination(int page, int size, int total)
    {
        var pages = (total + size - 1) / size;
        return new(page, size, total, pages, page < pages, page > 1 && pages > 0);
    }

    private static SetCountsMessage Counts(RunStatus status) => new(status.Sets, status.Done, status.Failed, status.Skipped);

    private static RunProgressMessage Progress(RunStatus status)
    {
        // a range without trading time has no ticks, and a completed run is whole
        var percent = status.State == RunState.Completed ? 100m : status.TicksTotal is > 0 and { } total ? Math.Min(100m, status.TicksDone * 100m / total) : 0m;
        return new(status.TicksDone, status.TicksTotal, new(percent));
    }

    private static RunErrorMessage? Error(RunError? error) => error is null ? null : new(error.Code, error.Message);

    private static string Quantity(long quantity) => DecimalText.Format(quantity, DecimalText.PriceScale, 0);

    private static string Money(Int128 money) => DecimalText.Format(money, DecimalText.MoneyScale, 0);

    /// <summary>As in the engine's report.</summary>
    private static string? Ratio(double? ratio) => ratio?.ToString("0.############", CultureInfo.InvariantCulture);
}
