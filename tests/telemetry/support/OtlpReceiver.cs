using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Trading.Telemetry.Tests.Support;

/// <summary>A collector in this process: takes OTLP over HTTP and keeps everything, as it came and as it is read.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    /// <summary>Only to end a test that hangs; nothing is asserted about it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly WebApplication _app;
    private readonly Lock _lock = new();
    private readonly List<byte[]> _bodies = [];
    private readonly List<OtlpSpan> _spans = [];
    private readonly List<OtlpLog> _logs = [];
    private readonly Dictionary<string, OtlpPoint> _points = new(StringComparer.Ordinal);
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _metricExports;

    private OtlpReceiver(WebApplication app) => _app = app;

    /// <summary>What <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set to.</summary>
    public string Endpoint => _app.Urls.Single();

    /// <summary>Status of the answers; 200 keeps what came.</summary>
    public int Status { get; set; } = StatusCodes.Status200OK;

    /// <summary>What answers wait for.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var receiver = new OtlpReceiver(app);
        app.MapPost("/v1/{signal}", receiver.ReceiveAsync);
        await app.StartAsync();
        return receiver;
    }

    public IReadOnlyList<OtlpSpan> Spans => Locked(() => _spans.ToArray());

    public IReadOnlyList<OtlpLog> Logs => Locked(() => _logs.ToArray());

    /// <summary>The latest value of every series.</summary>
    public IReadOnlyList<OtlpPoint> Points => Locked(() => _points.Values.ToArray());

    /// <summary>Number of requests received.</summary>
    public int Requests => Locked(() => _bodies.Count);

    /// <summary>Where a text occurs in what was received, byte for byte.</summary>
    public bool Contains(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return Locked(() => _bodies.Exists(body => body.AsSpan().IndexOf(bytes) >= 0));
    }

    /// <summary>Sum of the latest values of a metric over its series that have all the labels.</summary>
    public double Sum(string name, params (string Label, string Value)[] labels) =>
        Points.Where(point => point.Name == name && labels.All(label => point.Labels.GetValueOrDefault(label.Label) == label.Value)).Sum(point => point.Kind == "histogram" ? point.Count : point.Value);

    /// <summary>Waits until something was received that the look finds.</summary>
    public async Task<T> WaitAsync<T>(string what, Func<T?> look)
        where T : class
    {
        while (true)
        {
            var next = Locked(() => _next.Task);
            if (look() is { } found) return found;
            try
            {
                await next.WaitAsync(Patience);
            }
            catch (TimeoutException)
            {
                throw new TimeoutException($"{what} never came; {Requests} requests did, spans {string.Join(", ", Spans.Select(span => span.Name).Distinct())}");
            }
        }
    }

    /// <summary>Waits until everything measured before this call has arrived: the export under way may have been collected before, the one after it was not.</summary>
    public async Task MetricsAsync()
    {
        var until = Locked(() => _metricExports) + 2;
        await WaitAsync("the next export of metrics", () => Locked(() => _metricExports >= until) ? this : null);
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext http, string signal)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        await Gate.WaitAsync(http.RequestAborted);
        http.Response.StatusCode = Status;
        TaskCompletionSource told;
        lock (_lock)
        {
            var bytes = body.ToArray();
            _bodies.Add(bytes);
            if (Status == StatusCodes.Status200OK) Keep(signal, bytes);
            (told, _next) = (_next, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        told.SetResult();
    }

    private void Keep(string signal, byte[] bytes)
    {
        switch (signal)
        {
            case "traces":
                _spans.AddRange(Otlp.Spans(bytes));
                break;
            case "logs":
                _logs.AddRange(Otlp.Logs(bytes));
                break;
            default:
                _metricExports++;
                foreach (var point in Otlp.Points(bytes)) _points[$"{point.Name} {string.Join(',', point.Labels.OrderBy(label => label.Key).Select(label => $"{label.Key}={label.Value}"))}"] = point;
                break;
        }
    }

    private T Locked<T>(Func<T> read)
    {
        lock (_lock) return read();
    }
}
