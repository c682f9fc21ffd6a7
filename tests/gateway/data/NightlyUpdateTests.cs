using System.Net;
using System.Text.Json;
using Trading.GrainInterfaces.Data;
using static Trading.Gateway.Tests.DataHttp;

namespace Trading.Gateway.Tests;

public sealed class NightlyUpdateTests
{
    private const string Id = FakeUpdate.Id;
    private const long StartedAt = 1_720_832_400_000_000;

    private static readonly UpdateStatus Running = new(Id, UpdateState.InProgress, StartedAt, 3, 2, "MSFT", UpdatePhase.Downloading, 66.7m, 45, ["MSFT"]);

    [Fact]
    [Trait("req", "OHLCV-134")]
    [Trait("req", "OHLCV-140")]
    public async Task A_start_is_answered_at_once_with_an_id_and_the_number_of_symbols()
    {
        await using var gateway = await TestGateway.StartAsync();
        var answer = await SendAsync(gateway, HttpMethod.Post, "/nightly-update/start", """{"symbols":["NVDA","KO","MSFT"],"start_date":"2024-07-01","end_date":"2024-07-12","force_validation":true,"enable_resampling":true,"max_concurrent_symbols":2}""");
        Assert.Equal((HttpStatusCode.OK, """{"request_id":"0b0f3c1e-6a55-4a0c-9a53-3d1f0c5a7e21","status":"started","message":"Update of 3 symbols is under way"}"""), answer);
        var request = Assert.Single(gateway.Grains.Data.Started);
        Assert.Equal(["NVDA", "KO", "MSFT"], request.Symbols!);
        Assert.Equal((19_905, 19_916, true, true, 2), (request.StartDate, request.EndDate, request.ForceValidation, request.EnableResampling, request.MaxConcurrentSymbols));
    }

    [Theory]
    [Trait("req", "OHLCV-135")]
    [Trait("req", "OHLCV-137")]
    [Trait("req", "OHLCV-160")]
    [Trait("req", "OHLCV-162")]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"symbols":null,"start_date":null,"end_date":null}""")]
    public async Task An_empty_body_starts_a_run_with_all_defaults_and_leaves_what_is_not_said_to_the_settings(string? body)
    {
        await using var gateway = await TestGateway.StartAsync();
        await PostAsync(gateway, "/nightly-update/start", body);
        Assert.Equal(new UpdateRequest(null, null, null, true, null, null), Assert.Single(gateway.Grains.Data.Started));
    }

    [Fact]
    [Trait("req", "OHLCV-136")]
    public async Task A_body_with_symbols_only_is_valid()
    {
        await using var gateway = await TestGateway.StartAsync();
        var answer = await PostAsync(gateway, "/nightly-update/start", """{"symbols":["GBP/USD"]}""");
        Assert.Equal("Update of 1 symbol is under way", answer.GetProperty("message").GetString());
        Assert.Equal(["GBP/USD"], Assert.Single(gateway.Grains.Data.Started).Symbols!);
    }

    [Theory]
    [Trait("req", "OHLCV-138")]
    [Trait("req", "OHLCV-139")]
    [InlineData("""{"enable_resampling":false}""", true, false)]
    [InlineData("""{"enable_resampling":true}""", true, true)]
    [InlineData("""{"force_validation":false}""", false, null)]
    public async Task What_the_request_says_about_the_phases_is_passed_on(string body, bool forces, bool? resamples)
    {
        await using var gateway = await TestGateway.StartAsync();
        await PostAsync(gateway, "/nightly-update/start", body);
        var request = Assert.Single(gateway.Grains.Data.Started);
        Assert.Equal((forces, resamples), (request.ForceValidation, request.EnableResampling));
    }

    [Theory]
    [Trait("req", "OHLCV-137")]
    [InlineData("""{"symbols":[]}""", "symbols", "INVALID_FIELD")]
    [InlineData("""{"symbols":["K O"]}""", "symbols[0]", "INVALID_SYMBOL")]
    [InlineData("""{"start_date":"2024-02-30"}""", "start_date", "INVALID_DATE")]
    [InlineData("""{"start_date":"2024-07-02","end_date":"2024-07-01"}""", "end_date", "INVALID_DATE_RANGE")]
    [InlineData("""{"max_concurrent_symbols":0}""", "max_concurrent_symbols", "INVALID_FIELD")]
    [InlineData("""{"max_concurrent_symbols":"5"}""", "max_concurrent_symbols", "INVALID_FIELD")]
    [InlineData("""{"force_validation":null}""", "force_validation", "INVALID_FIELD")]
    [InlineData("""{"resample":true}""", "resample", "UNKNOWN_FIELD")]
    public async Task A_wrong_field_is_named_and_starts_nothing(string body, string field, string code)
    {
        await using var gateway = await TestGateway.StartAsync();
        Refused(await SendAsync(gateway, HttpMethod.Post, "/nightly-update/start", body), HttpStatusCode.UnprocessableEntity, code, field);
        Assert.Empty(gateway.Grains.Data.Started);
    }

    [Fact]
    public async Task A_start_that_the_data_manager_refuses_is_told()
    {
        await using var gateway = await TestGateway.StartAsync(grains => grains.Data.Starting = _ => new(new DataProblem(DataProblemKind.Unavailable, "NO_PROVIDER", "no provider has a key"), "", 0));
        Refused(await SendAsync(gateway, HttpMethod.Post, "/nightly-update/start"), HttpStatusCode.ServiceUnavailable, "NO_PROVIDER");
    }

    [Fact]
    [Trait("req", "OHLCV-142")]
    [Trait("req", "OHLCV-143")]
    [Trait("req", "OHLCV-148")]
    public async Task A_running_update_is_shown_as_in_the_specification_to_the_byte()
    {
        await using var gateway = await TestGateway.StartAsync(grains => grains.Data.Update(Id).Status = Running);
        const string expected = """{"request_id":"0b0f3c1e-6a55-4a0c-9a53-3d1f0c5a7e21","status":"in_progress","started_at":"2024-07-13T01:00:00Z","symbols_count":3,"is_complete":false,"progress":{"total_symbols":3,"completed_symbols":2,"current_symbol":"MSFT","current_step":"Downloading 1-minute data","progress_percentage":66.7,"estimated_time_remaining_seconds":45,"symbols_in_progress":["MSFT"]}}""";
        Assert.Equal((HttpStatusCode.OK, expected), await SendAsync(gateway, HttpMethod.Get, "/nightly-update/status/" + Id));
        Assert.Equal((HttpStatusCode.OK, expected), await SendAsync(gateway, HttpMethod.Get, "/api/v1/nightly-update/status/" + Id.ToUpperInvariant()));
    }

    [Theory]
    [Trait("req", "OHLCV-142")]
    [Trait("req", "OHLCV-145")]
    [Trait("req", "OHLCV-146")]
    [InlineData(UpdateState.Started, "started", false)]
    [InlineData(UpdateState.InProgress, "in_progress", false)]
    [InlineData(UpdateState.Completed, "completed", true)]
    [InlineData(UpdateState.CompletedWithErrors, "completed_with_errors", true)]
    [InlineData(UpdateState.Failed, "failed", true)]
    public async Task Every_state_has_its_name_and_the_same_fields(UpdateState state, string name, bool isComplete)
    {
        var status = Running with { State = state };
        if (isComplete) status = status with { CompletedSymbols = 3, CurrentSymbol = null, CurrentPhase = UpdatePhase.Reporting, ProgressPercent = 100, EstimatedSecondsRemaining = null, SymbolsInProgress = [] };
        await using var gateway = await TestGateway.StartAsync(grains => grains.Data.Update(Id).Status = status);
        var answer = await GetAsync(gateway, "/nightly-update/status/" + Id);
        Assert.Equal(["request_id", "status", "started_at", "symbols_count", "is_complete", "progress"], Names(answer));
        Assert.Equal(["total_symbols", "completed_symbols", "current_symbol", "current_step", "progress_percentage", "estimated_time_remaining_seconds", "symbols_in_progress"], Names(answer.GetProperty("progress")));
        Assert.Equal((name, isComplete), (answer.GetProperty("status").GetString(), answer.GetProperty("is_complete").GetBoolean()));
        if (isComplete) Assert.Equal(("100.0", 3), (answer.GetProperty("progress").GetProperty("progress_percentage").GetRawText(), answer.GetProperty("progress").GetProperty("completed_symbols").GetInt32()));
    }

    [Theory]
    [Trait("req", "OHLCV-148")]
    [InlineData(UpdatePhase.Waiting, "Validating existing data")]
    [InlineData(UpdatePhase.Validating, "Validating existing data")]
    [InlineData(UpdatePhase.Downloading, "Downloading 1-minute data")]
    [InlineData(UpdatePhase.Resampling, "Resampling")]
    [InlineData(UpdatePhase.Reporting, "Reporting")]
    public async Task Every_phase_has_its_documented_step(UpdatePhase phase, string step)
    {
        await using var gateway = await TestGateway.StartAsync(grains => grains.Data.Update(Id).Status = Running with { CurrentPhase = phase });
        Assert.Equal(step, (await GetAsync(gateway, "/nightly-update/status/" + Id)).GetProperty("progress").GetProperty("current_step").GetString());
    }

    [Fact]
    [Trait("req", "OHLCV-150")]
    [Trait("req", "OHLCV-151")]
    public async Task Progress_is_told_per_symbol_as_in_the_specification_to_the_byte()
    {
        await using var gateway = await TestGateway.StartAsync(grains => grains.Data.Update(Id).Progress =
        [
            new("NVDA", SymbolUpdateState.Completed, UpdatePhase.Reporting, 100m, 1_720_832_401_000_000, 1_720_832_440_000_000, null),
            new("MSFT", SymbolUpdateState.InProgress, UpdatePhase.Downloading, 30.04m, 1_720_832_441_000_000, null, null),
        ]);
        const string expected = """{"request_id":"0b0f3c1e-6a55-4a0c-9a53-3d1f0c5a7e21","symbols":[{"symbol":"NVDA","status":"completed","current_step":"Reporting","progress_percentage":100.0,"started_at":"2024-07-13T01:00:01Z","finished_at":"2024-07-13T01:00:40Z","error":null},{"symbol":"MSFT","status":"in_progress","current_step":"Downloading 1-minute data","progress_percentage":30.0,"started_at":"2024-07-13T01:00:41Z","finished_at":null,"error":null}]}""";
        Assert.Equal((HttpStatusCode.OK, expected), await SendAsync(gateway, HttpMethod.Get, $"/nightly-update/status/{Id}/progress"));
    }

    [Fact]
    [Trait("req", "OHLCV-152")]
    [Trait("req", "OHLCV-153")]
    public async Task The_details_of_a_finished_run_are_told_as_in_the_specification_to_the_byte()
    {
        await using var gateway = await TestGateway.StartAsync(grains => grains.Data.Update(Id).Details = new(
            Id,
            UpdateState.CompletedWithErrors,
            true,
            StartedAt,
            1_720_832_530_000_000,
            [new("NVDA", true, 3_330, 1_119, 100m, null), new("MSFT", true, 3_330, 1_119, 100m, null), new("KO", false, 0, 0, null, "provider refused the key")],
            ["Check the provider key and run KO again"]));
        const string expected = """{"request_id":"0b0f3c1e-6a55-4a0c-9a53-3d1f0c5a7e21","status":"completed_with_errors","started_at":"2024-07-13T01:00:00Z","completed_at":"2024-07-13T01:02:10Z","summary":{"total_symbols":3,"successful_symbols":2,"failed_symbols":1,"candles_downloaded":6660,"candles_resampled":2238},"symbol_results":{"NVDA":{"success":true,"candles_downloaded":3330,"completeness_percentage":100.0},"MSFT":{"success":true,"candles_downloaded":3330,"completeness_percentage":100.0},"KO":{"success":false,"candles_downloaded":0,"error":"provider refused the key"}},"recommendations":["Check the provider key and run KO again"]}""";
        Assert.Equal((HttpStatusCode.OK, expected), await SendAsync(gateway, HttpMethod.Get, $"/nightly-update/status/{Id}/details"));
    }

    [Fact]
    [Trait("req", "OHLCV-154")]
    public async Task Details_before_the_end_are_a_conflict()
    {
        await using var gateway = await TestGateway.StartAsync(grains => grains.Data.Update(Id).Details = new(Id, UpdateState.InProgress, false, StartedAt, null, [], []));
        Refused(await SendAsync(gateway, HttpMethod.Get, $"/nightly-update/status/{Id}/details"), HttpStatusCode.Conflict, "UPDATE_NOT_FINISHED");
    }

    [Theory]
    [Trait("req", "OHLCV-149")]
    [InlineData("11111111-2222-3333-4444-555555555555")]
    [InlineData("not-an-id")]
    [InlineData("0b0f3c1e6a554a0c9a533d1f0c5a7e21")]
    [InlineData("..%2F..%2Factive")]
    public async Task An_unknown_id_is_not_found_on_every_route(string id)
    {
        await using var gateway = await TestGateway.StartAsync();
        foreach (var path in new[] { "", "/progress", "/details" }) Refused(await SendAsync(gateway, HttpMethod.Get, $"/nightly-update/status/{id}{path}"), HttpStatusCode.NotFound, "UNKNOWN_REQUEST");
        Refused(await SendAsync(gateway, HttpMethod.Delete, $"/nightly-update/{id}"), HttpStatusCode.NotFound, "UNKNOWN_REQUEST");
    }

    [Fact]
    [Trait("req", "OHLCV-156")]
    [Trait("req", "OHLCV-158")]
    public async Task Running_updates_are_listed_as_in_the_specification_to_the_byte()
    {
        await using var gateway = await TestGateway.StartAsync(grains => grains.Data.Active = [new(Id, UpdateState.InProgress, StartedAt, 3, 66.7m)]);
        Assert.Equal((HttpStatusCode.OK, """[{"request_id":"0b0f3c1e-6a55-4a0c-9a53-3d1f0c5a7e21","status":"in_progress","started_at":"2024-07-13T01:00:00Z","symbols_count":3,"progress_percentage":66.7}]"""), await SendAsync(gateway, HttpMethod.Get, "/nightly-update/active"));
        gateway.Grains.Data.Active = [];
        Assert.Equal((HttpStatusCode.OK, "[]"), await SendAsync(gateway, HttpMethod.Get, "/nightly-update/active"));
    }

    [Fact]
    public async Task A_cancelled_update_answers_how_it_stands_then_and_a_finished_one_conflicts()
    {
        await using var gateway = await TestGateway.StartAsync(grains =>
        {
            var update = grains.Data.Update(Id);
            update.Status = Running;
            update.Cancelling = self =>
            {
                var wasRunning = self.Status!.State == UpdateState.InProgress;
                self.Status = self.Status with { State = UpdateState.Failed };
                return wasRunning;
            };
        });
        var answer = Ok(await SendAsync(gateway, HttpMethod.Delete, "/nightly-update/" + Id));
        Assert.Equal(("failed", true), (answer.GetProperty("status").GetString(), answer.GetProperty("is_complete").GetBoolean()));
        Refused(await SendAsync(gateway, HttpMethod.Delete, "/nightly-update/" + Id), HttpStatusCode.Conflict, "UPDATE_FINISHED");
    }
}
