using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Trading.Bench.Session;

/// <summary>
/// What telemetry costs a tick: processor time of the service per tick of a lock-step session, without a collector, with one and the default sampling of one trace in a
/// hundred, and with every trace sampled, in turns in one run. The collector is in this process and throws away what it gets.
/// </summary>
internal static class TelemetryBench
{
    private const int Rounds = 5;

    public static async Task RunAsync(TextWriter output)
    {
        await output.WriteLineAsync("telemetry: processor time per tick of a lock-step session, one order every 25 ticks");
        await using var collector = await CollectorAsync();
        var address = collector.Urls.Single();
        using var without = ServiceProcess.StartService();
        using var usual = ServiceProcess.StartService(Export(address));
        using var all = ServiceProcess.StartService([.. Export(address), new("OTEL_TRACES_SAMPLER", "always_on")]);
        var (usualRatios, allRatios) = (new List<double>(), new List<double>());
        for (var round = 0; round <= Rounds; round++)
        {
            var plain = await MicrosPerTickAsync(without, round);
            var sampled = await MicrosPerTickAsync(usual, round);
            var traced = await MicrosPerTickAsync(all, round);
            if (round == 0) continue;
            usualRatios.Add(plain / sampled);
            allRatios.Add(plain / traced);
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"    without {plain:0.0} us a tick   metrics, log and 1 % of the traces {sampled:0.0} us   every trace {traced:0.0} us"));
        }

        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  median of the ratios, without to every trace: {Medians.Of(allRatios):0.00}"));
        Medians.AtLeast(output, "median of the ratios, without to the default sampling", Medians.Of(usualRatios), 0.9);
    }

    private static async Task<double> MicrosPerTickAsync(ServiceProcess service, int round)
    {
        var token = await SessionConnection.TokenAsync(service.Address, service.Key);
        var used = service.ProcessorTime;
        var ticks = await LockStepBench.SessionsAsync(service, token, 1, $"telemetry-{round}");
        return (service.ProcessorTime - used).TotalMicroseconds / (ticks * LockStepBench.Duration.TotalSeconds);
    }

    private static KeyValuePair<string, string>[] Export(string address) =>
        [new("OTEL_EXPORTER_OTLP_ENDPOINT", address), new("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), new("OTEL_METRIC_EXPORT_INTERVAL", "10000")];

    private static async Task<WebApplication> CollectorAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(http => http.Request.Body.CopyToAsync(Stream.Null));
        await app.StartAsync();
        return app;
    }
}
