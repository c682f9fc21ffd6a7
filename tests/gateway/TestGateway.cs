using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Trading.Gateway.Auth;
using Trading.Gateway.Grains;

namespace Trading.Gateway.Tests;

/// <summary>A gateway on a free port with fake grains and a clock of its own.</summary>
internal sealed class TestGateway : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestGateway(WebApplication app, FakeGrains grains, ManualTime time, CapturedLogs logs)
    {
        _app = app;
        Grains = grains;
        Time = time;
        Logs = logs;
        Address = new Uri(app.Urls.Single());
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Address };
    }

    internal FakeGrains Grains { get; }

    internal ManualTime Time { get; }

    internal CapturedLogs Logs { get; }

    internal Uri Address { get; }

    internal HttpClient Http { get; }

    /// <summary>Everything that is mapped.</summary>
    internal IReadOnlyList<Endpoint> Endpoints => _app.Services.GetRequiredService<EndpointDataSource>().Endpoints;

    internal TokenService Tokens => _app.Services.GetRequiredService<TokenService>();

    internal static async Task<TestGateway> StartAsync(Action<FakeGrains>? arrange = null, params (string Name, string Value)[] settings)
    {
        var grains = new FakeGrains();
        arrange?.Invoke(grains);
        var time = new ManualTime();
        var logs = new CapturedLogs();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(setting => setting.Name.StartsWith("Data:", StringComparison.Ordinal) ? setting.Name : "Gateway:" + setting.Name, setting => (string?)setting.Value));
        if (!settings.Any(setting => setting.Name.StartsWith("SigningKeys", StringComparison.Ordinal)))
        {
            builder.Configuration.AddInMemoryCollection([new("Gateway:SigningKeys:k1", Convert.ToBase64String(Key(1)))]);
        }

        builder.Logging.ClearProviders();
        builder.Logging.SetMinimumLevel(LogLevel.Trace);
        builder.Logging.AddProvider(logs);
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddSingleton<IGatewayGrains>(grains);
        builder.Services.AddTradingGateway(builder.Configuration);
        var app = builder.Build();
        app.MapTradingGateway();
        await app.StartAsync();
        return new TestGateway(app, grains, time, logs);
    }

    /// <summary>A key that is the same in every run.</summary>
    internal static byte[] Key(byte first) => [.. Enumerable.Range(first, 32).Select(i => (byte)i)];

    internal string Token(string user = "user_a", string plan = "professional", string keyId = "key-a") => Tokens.Issue(new Identity(user, plan, keyId));

    /// <summary>Connects and takes the greeting.</summary>
    internal async Task<TestClient> ConnectAsync(string user = "user_a", string query = "")
    {
        var client = await OpenAsync(user, query);
        Assert.Equal("connection_ready", (await client.ReceiveAsync()).GetProperty("type").GetString());
        return client;
    }

    /// <summary>Connects and leaves the greeting to the caller.</summary>
    internal async Task<TestClient> OpenAsync(string user = "user_a", string query = "")
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"ws://127.0.0.1:{Address.Port}/ws/simulate?token={Token(user)}{query}")), CancellationToken.None);
        return new TestClient(socket);
    }

    /// <summary>A connection with a created session.</summary>
    internal async Task<TestClient> CreateAsync(string sessionId = "s", string extra = "")
    {
        var client = await ConnectAsync();
        await client.SendAsync(TestClient.Create(sessionId, extra));
        Assert.Equal("session_created", (await client.ReceiveAsync()).GetProperty("type").GetString());
        return client;
    }

    internal Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        var stopping = _app.StopAsync(new CancellationToken(canceled: true));
        await stopping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _app.DisposeAsync();
    }
}

/// <summary>Everything that was logged, with states and scopes.</summary>
internal sealed class CapturedLogs : ILoggerProvider
{
    internal ConcurrentQueue<string> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Logger(CapturedLogs logs, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            logs.Lines.Enqueue($"{category} scope {Render(state)}");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            logs.Lines.Enqueue($"{category} {eventId.Id} {formatter(state, exception)} {Render(state)} {exception}");

        private static string Render<TState>(TState state) =>
            state is IEnumerable<KeyValuePair<string, object?>> pairs ? string.Join(" ", pairs.Select(pair => $"{pair.Key}={pair.Value}")) : state?.ToString() ?? "";
    }
}
