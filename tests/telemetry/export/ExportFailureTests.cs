using Trading.EndToEnd.Tests.Support;
using Trading.Telemetry.Tests.Support;

namespace Trading.Telemetry.Tests.Export;

/// <summary>A collector is a convenience: whatever it does, the service runs and ends as if there were none.</summary>
public sealed class ExportFailureTests
{
    [Fact]
    public async Task A_collector_that_is_away_disturbs_nothing()
    {
        await using var service = await MeasuredService.StartAsync(new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:9" });
        await RunAsync(service);
        Assert.Equal(0, await service.Process.StopAsync());
        string[] errors = [.. service.Process.LastLog.Split('\n').Where(line => line.Contains("\"LogLevel\":\"Error\"", StringComparison.Ordinal))];
        Assert.True(errors.Length == 0, string.Join("\n", errors));
    }

    [Fact]
    public async Task A_collector_that_fails_disturbs_nothing_and_is_used_again_when_it_is_back()
    {
        await using var service = await MeasuredService.StartAsync();
        service.Receiver.Status = 500;
        await RunAsync(service);
        await service.Receiver.WaitAsync("a request", () => service.Receiver.Requests > 3 ? service : null);
        service.Receiver.Status = 200;
        await service.Receiver.MetricsAsync();
        Assert.Equal(1, service.Receiver.Sum("trading.session.created"));
        Assert.Equal(0, await service.Process.StopAsync());
    }

    [Fact]
    public async Task A_collector_that_never_answers_disturbs_neither_the_service_nor_its_end()
    {
        var open = new TaskCompletionSource();
        await using var service = await MeasuredService.StartAsync();
        service.Receiver.Gate = open.Task;
        await RunAsync(service);
        Assert.Equal(0, await service.Process.StopAsync());
        open.SetResult();
    }

    [Fact]
    public async Task What_was_measured_before_the_end_is_sent_at_the_end()
    {
        // intervals so long that only the end sends anything
        await using var service = await MeasuredService.StartAsync(new Dictionary<string, string>
        {
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "3600000",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "3600000",
            ["OTEL_BLRP_SCHEDULE_DELAY"] = "3600000",
        });
        await RunAsync(service);
        Assert.Empty(service.Receiver.Points);
        Assert.Equal(0, await service.Process.StopAsync());
        Assert.Equal(1, service.Receiver.Sum("trading.session.created"));
        Assert.Contains(service.Receiver.Spans, span => span.Name == "journal.commit");
        Assert.NotEmpty(service.Receiver.Logs);
    }

    [Fact]
    public async Task Without_an_address_nothing_is_exported()
    {
        await using var service = await MeasuredService.StartAsync(new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "" });
        await RunAsync(service);
        Assert.Equal(0, await service.Process.StopAsync());
        Assert.Equal(0, service.Receiver.Requests);
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=collector", "OTEL_EXPORTER_OTLP_ENDPOINT is 'collector', but must be an address like http://collector:4317")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL=http/json", "OTEL_EXPORTER_OTLP_PROTOCOL is 'http/json', but must be one of grpc, http/protobuf")]
    public async Task A_wrong_setting_ends_the_start_in_one_line(string setting, string message)
    {
        using var folder = new TemporaryFolder();
        var (code, output, errors) = await ServiceProcess.RunToEndAsync("--data", folder.Path, "--urls", "http://127.0.0.1:0", "--set", setting);
        Assert.Equal((1, "", $"error: wrong settings: {message}"), (code, output, errors.TrimEnd()));
    }

    private static async Task RunAsync(MeasuredService service)
    {
        await using var client = await service.BeginAsync("quiet", ticks: 20);
        await MeasuredService.RunToEndAsync(client);
    }
}
