using System.Net;
using System.Text.Json;
using Trading.GrainInterfaces.Runs;
using static Trading.Gateway.Tests.DataHttp;

namespace Trading.Gateway.Tests;

public sealed class SweepTests
{
    [Fact]
    public async Task A_grid_may_be_written_as_values_lists_and_ranges()
    {
        await using var gateway = await TestGateway.StartAsync();
        var body = RunHttp.With(RunHttp.Sweep, "strategy.quantity", """{"from":"0.5","to":2,"step":"0.75"}""");
        await RunHttp.StartAsync(gateway, "/sweeps", RunHttp.With(body, "strategy.slow", "40"));
        var request = gateway.Grains.ServerRuns.Begun.Single();
        Assert.Equal(RunKind.Sweep, request.Kind);
        Assert.Equal([5, 10, 15, 20], request.Fast);
        Assert.Equal([40], request.Slow);
        Assert.Equal([50_000_000L, 125_000_000L, 200_000_000L], request.Quantity);
    }

    [Fact]
    public async Task A_range_holds_its_end_only_where_a_step_meets_it()
    {
        await using var gateway = await TestGateway.StartAsync();
        await RunHttp.StartAsync(gateway, "/sweeps", RunHttp.With(RunHttp.Sweep, "strategy.fast", """{"from":5,"to":19,"step":7}"""));
        Assert.Equal([5, 12, 19], gateway.Grains.ServerRuns.Begun.Single().Fast);
    }

    [Fact]
    public async Task A_sweep_shows_its_counts_its_best_set_and_in_the_end_its_hash()
    {
        await using var gateway = await TestGateway.StartAsync();
        var id = await RunHttp.StartAsync(gateway, "/sweeps", RunHttp.Sweep);
        var run = gateway.Grains.ServerRuns.At("user_a", id);
        run.Change = status => status with { State = RunState.Running, Sets = 10, Done = 4, Failed = 1, Skipped = 2, TicksDone = 55, TicksTotal = 100, Best = FakeRun.Result(3) };
        var sweep = await GetAsync(gateway, "/sweeps/" + id);
        Assert.Equal("""{"total":10,"done":4,"failed":1,"skipped":2}""", sweep.GetProperty("sets").GetRawText());
        Assert.Equal("""{"ticks_done":55,"ticks_total":100,"percentage":55.0}""", sweep.GetProperty("progress").GetRawText());
        Assert.Equal(JsonValueKind.Null, sweep.GetProperty("sweep_hash").ValueKind);
        var best = sweep.GetProperty("best");
        Assert.Equal((3, "10.5", "123456.78", "-0.125", "0.0625", "0.5"), (best.GetProperty("set").GetInt32(), Text(best, "quantity"), Text(best, "final_equity"), Text(best, "total_return"), Text(best, "max_drawdown"), Text(best, "total_commission")));
        Assert.Equal(JsonValueKind.Null, best.GetProperty("sharpe_ratio").ValueKind);
        run.Change = status => status with { State = RunState.Completed, Hash = new string('b', 64) };
        Assert.Equal(new string('b', 64), Text(await GetAsync(gateway, "/sweeps/" + id), "sweep_hash"));
    }

    [Fact]
    public async Task Results_are_asked_for_by_page_and_order_and_a_failed_set_has_no_figures()
    {
        await using var gateway = await TestGateway.StartAsync();
        var id = await RunHttp.StartAsync(gateway, "/sweeps", RunHttp.Sweep);
        var run = gateway.Grains.ServerRuns.At("user_a", id);
        var page = await GetAsync(gateway, $"/sweeps/{id}/results?page=2&page_size=1&order_by=max_drawdown");
        Assert.Equal(new ResultQuery(ResultOrder.MaxDrawdown, 2, 1), run.Queries.Single());
        var failed = page.GetProperty("results")[0];
        Assert.Equal(("failed", "broken"), (Text(failed, "state"), Text(failed, "error")));
        foreach (var figure in (string[])["final_equity", "trades", "result_hash"]) Assert.Equal(JsonValueKind.Null, failed.GetProperty(figure).ValueKind);
        Assert.Equal("""{"page":2,"page_size":1,"total_items":2,"total_pages":2,"has_next":false,"has_previous":true}""", page.GetProperty("pagination").GetRawText());
        foreach (var (text, order) in new[] { ("set", ResultOrder.Set), ("final_equity", ResultOrder.FinalEquity), ("sharpe_ratio", ResultOrder.SharpeRatio), ("max_drawdown", ResultOrder.MaxDrawdown), ("trades", ResultOrder.Trades) })
        {
            await GetAsync(gateway, $"/sweeps/{id}/results?order_by={text}");
            Assert.Equal(new ResultQuery(order, 1, 100), run.Queries.Last());
        }
    }

    [Theory]
    [InlineData("order_by=name", "INVALID_FIELD", "order_by")]
    [InlineData("page=0", "INVALID_FIELD", "page")]
    [InlineData("page_size=1001", "INVALID_FIELD", "page_size")]
    [InlineData("order=set", "UNKNOWN_FIELD", "order")]
    public async Task A_wrong_question_is_refused(string query, string code, string field)
    {
        await using var gateway = await TestGateway.StartAsync();
        var id = await RunHttp.StartAsync(gateway, "/sweeps", RunHttp.Sweep);
        Refused(await SendAsync(gateway, HttpMethod.Get, $"/sweeps/{id}/results?{query}"), HttpStatusCode.UnprocessableEntity, code, field);
    }

    [Theory]
    [InlineData("strategy.fast", "[]", "INVALID_FIELD", "strategy.fast")]
    [InlineData("strategy.fast", "[5,5]", "INVALID_FIELD", "strategy.fast")]
    [InlineData("strategy.fast", "[5,\"x\"]", "INVALID_FIELD", "strategy.fast")]
    [InlineData("strategy.fast", "[5,501]", "INVALID_FIELD", "strategy.fast")]
    [InlineData("strategy.fast", "2.5", "INVALID_FIELD", "strategy.fast")]
    [InlineData("strategy.fast", "{\"from\":5,\"to\":20}", "MISSING_FIELD", "strategy.fast.step")]
    [InlineData("strategy.fast", "{\"from\":5,\"to\":20,\"step\":0}", "INVALID_FIELD", "strategy.fast.step")]
    [InlineData("strategy.fast", "{\"from\":20,\"to\":5,\"step\":1}", "INVALID_FIELD", "strategy.fast.to")]
    [InlineData("strategy.fast", "{\"from\":5,\"to\":20,\"step\":1,\"by\":2}", "UNKNOWN_FIELD", "strategy.fast.by")]
    [InlineData("strategy.fast", "{\"from\":5,\"to\":501,\"step\":4}", "INVALID_FIELD", "strategy.fast")]
    [InlineData("strategy.quantity", "{\"from\":\"0.00000001\",\"to\":\"1\",\"step\":\"0.00000001\"}", "INVALID_FIELD", "strategy.quantity")]
    [InlineData("strategy.quantity", "[1,-1]", "INVALID_FIELD", "strategy.quantity")]
    public async Task A_grid_that_breaks_its_rule_is_named(string field, string value, string code, string named)
    {
        await using var gateway = await TestGateway.StartAsync();
        var (status, text, _) = await RunHttp.PostAsync(gateway, "/sweeps", RunHttp.With(RunHttp.Sweep, field, value));
        Refused((status, text), HttpStatusCode.UnprocessableEntity, code, named);
        Assert.Empty(gateway.Grains.ServerRuns.Begun);
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
