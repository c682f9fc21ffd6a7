using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Trading.Gateway.Grains;
using Trading.GrainInterfaces.Sessions;
using Trading.GrainInterfaces.Tenants;
using Trading.Protocol.Text;

namespace Trading.Gateway.Sessions;

/// <summary>
/// All connections of this gateway: where hints from grains arrive, whose clocks one shared timer looks at, and who is told before the host stops.
/// </summary>
internal sealed class ConnectionRegistry : ISessionObserver, ITenantObserver, IHostedLifecycleService, IDisposable
{
    private readonly ConcurrentDictionary<string, SimulationConnection> _connections = new(StringComparer.Ordinal);
    private readonly IGatewayGrains _grains;
    private readonly GatewayOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<ConnectionRegistry> _logger;
    private readonly Lazy<ConnectionContext> _context;
    private ITimer? _sweep;
    private volatile bool _stopping;

    public ConnectionRegistry(IGatewayGrains grains, IOptions<GatewayOptions> options, TimeProvider time, ILogger<ConnectionRegistry> logger)
    {
        _grains = grains;
        _options = options.Value;
        _time = time;
        _logger = logger;
        // references to observers exist only once the actor runtime runs, which may be after this object is made
        _context = new Lazy<ConnectionContext>(() => new ConnectionContext(_grains, _options, _time, _logger, _grains.Reference((ISessionObserver)this), _grains.Reference((ITenantObserver)this)));
    }

    /// <summary>The host goes down: no new connections.</summary>
    internal bool IsStopping => _stopping;

    internal int Count => _connections.Count;

    internal ConnectionContext Context => _context.Value;

    internal void Add(SimulationConnection connection) => _connections[connection.Id] = connection;

    internal void Remove(SimulationConnection connection) => _connections.TryRemove(connection.Id, out _);

    public Task Displaced(string connectionId)
    {
        if (_connections.TryGetValue(connectionId, out var connection)) connection.Displace();
        return Task.CompletedTask;
    }

    public Task Wake(string connectionId)
    {
        if (_connections.TryGetValue(connectionId, out var connection)) connection.Wake();
        return Task.CompletedTask;
    }

    public Task KeyRevoked(string connectionId)
    {
        if (_connections.TryGetValue(connectionId, out var connection)) connection.Close(Closing.KeyRevoked);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var period = TimeSpan.FromMilliseconds(_options.SweepIntervalMs);
        _sweep = _time.CreateTimer(static state => ((ConnectionRegistry)state!).Sweep(), this, period, period);
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Planned maintenance (SIM-120): both warnings, the lead time, then <c>server_maintenance</c>, before anything else of the host stops.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _stopping = true;
        if (_connections.IsEmpty) return;
        GatewayLog.Maintenance(_logger, _connections.Count);
        var lead = _options.MaintenanceLeadSeconds;
        var last = Math.Min(60, lead / 2);
        var expires = (InstantText.Micros(_time.GetUtcNow()) + (lead * 1_000_000L) + 500_000) / 1_000_000 * 1_000_000;
        WarnAll(imminent: false, expires, lead);
        await Task.Delay(TimeSpan.FromSeconds(lead - last), _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        WarnAll(imminent: true, expires, last);
        await Task.Delay(TimeSpan.FromSeconds(last), _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var connection in _connections.Values) connection.Close(Closing.Maintenance);
        // the sweep gives up the connections that do not answer the close
        while (!_connections.IsEmpty && !cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(_options.SweepIntervalMs), _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _sweep?.Dispose();
        _sweep = null;
    }

    private void Sweep()
    {
        foreach (var (_, connection) in _connections) connection.Sweep();
    }

    private void WarnAll(bool imminent, long expires, int seconds)
    {
        foreach (var connection in _connections.Values) connection.Warn(imminent, expires, seconds, "planned maintenance");
    }
}
