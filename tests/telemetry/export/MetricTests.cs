using Trading.Telemetry.Tests.Support;

namespace Trading.Telemetry.Tests.Export;

[Collection(ExportTests.Name)]
public sealed class MetricTests(ExportTests.Fixture fixture)
{
    private static readonly (string Meter, string Name, string Unit, string Kind)[] Expected =
    [
        ("Trading.Gateway", "trading.gateway.connections", "{connection}", "up_down"),
        ("Trading.Gateway", "trading.gateway.connections.closed", "{connection}", "sum"),
        ("Trading.Gateway", "trading.gateway.exchange.duration", "s", "histogram"),
        ("Trading.Gateway", "trading.gateway.messages", "{message}", "sum"),
        ("Trading.Gateway", "trading.gateway.ticks", "{tick}", "sum"),
        ("Trading.Sessions", "trading.session.active", "{session}", "up_down"),
        ("Trading.Sessions", "trading.session.created", "{session}", "sum"),
        ("Trading.Sessions", "trading.session.ended", "{session}", "sum"),
        ("Trading.Sessions", "trading.session.exchange.duration", "s", "histogram"),
        ("Trading.Sessions", "trading.session.ticks", "{tick}", "sum"),
        ("Trading.Sessions", "trading.session.orders", "{order}", "sum"),
        ("Trading.Sessions", "trading.session.fills", "{fill}", "sum"),
        ("Trading.Sessions", "trading.session.snapshot.size", "By", "histogram"),
        ("Trading.Journal", "trading.journal.append.duration", "s", "histogram"),
        ("Trading.Journal", "trading.journal.records", "{record}", "sum"),
        ("Trading.Journal", "trading.journal.commit.duration", "s", "histogram"),
        ("Trading.Journal", "trading.journal.commit.appends", "{append}", "histogram"),
        ("Trading.Journal", "trading.journal.commit.size", "By", "histogram"),
        ("Trading.MarketData", "trading.data.cache.size", "By", "up_down"),
        ("Trading.MarketData", "trading.data.cache.requests", "{request}", "sum"),
        ("Trading.ApiRisk", "apirisk_session_auth_renewals_total", "{renewal}", "sum"),
        ("Microsoft.AspNetCore.Hosting", "http.server.request.duration", "s", "histogram"),
        ("Microsoft.AspNetCore.Server.Kestrel", "kestrel.active_connections", "{connection}", "up_down"),
        ("System.Runtime", "dotnet.process.memory.working_set", "By", "up_down"),
    ];

    private MeasuredService Service => fixture.Service;

    [Fact]
    public async Task A_session_moves_the_metrics_of_every_part_it_passes()
    {
        var receiver = Service.Receiver;
        await receiver.MetricsAsync();
        string[] names = ["trading.session.created", "trading.session.ticks", "trading.session.fills", "trading.gateway.ticks", "trading.session.ended", "trading.journal.records"];
        var before = names.ToDictionary(name => name, name => receiver.Sum(name));
        var (accepted, connections) = (receiver.Sum("trading.session.orders", ("result", "accepted")), receiver.Sum("trading.gateway.connections"));
        await using (var client = await Service.BeginAsync("metrics-1", ticks: 10))
        {
            await client.ExpectAsync("tick");
            await client.SendAsync("order_batch", MeasuredService.Batch("b-1", "o-1"));
            await client.SendAsync("tick_ack", MeasuredService.Ack(1));
            await client.SkipToAsync("tick");
            await receiver.MetricsAsync();
            Assert.Equal(connections + 1, receiver.Sum("trading.gateway.connections"));
            await client.SendAsync("tick_ack", MeasuredService.Ack(2));
            await MeasuredService.RunToEndAsync(client);
        }

        await receiver.MetricsAsync();
        var moved = names.Select(name => receiver.Sum(name) - before[name]).ToArray();
        // created, started, batch, completed
        Assert.Equal([1, 10, 1, 10, 1, 4], moved);
        Assert.Equal(accepted + 1, receiver.Sum("trading.session.orders", ("result", "accepted")));
        Assert.Equal(receiver.Sum("trading.session.exchange.duration", ("outcome", "ok")), receiver.Sum("trading.gateway.exchange.duration", ("outcome", "ok")));
    }

    [Fact]
    public async Task Metrics_arrive_with_their_meters_units_kinds_and_resource()
    {
        await using (var client = await Service.BeginAsync("metrics-2", ticks: 3))
        {
            await client.ExpectAsync("tick");
            await client.SendAsync("order_batch", MeasuredService.Batch("b-1", "o-1"));
            await client.SendAsync("tick_ack", MeasuredService.Ack(1));
            await MeasuredService.RunToEndAsync(client);
        }

        await Service.Receiver.MetricsAsync();
        var points = Service.Receiver.Points;
        Assert.All(Expected, expected => Assert.Contains(points, point => (point.Meter, point.Name, point.Unit, point.Kind) == expected));
        Assert.All(points, point =>
        {
            Assert.Equal(("trading", "trading", "paper", "trading-0"), (point.Resource["service.name"], point.Resource["service.namespace"], point.Resource["deployment.environment.name"], point.Resource["k8s.pod.name"]));
            Assert.NotEmpty(point.Resource["service.instance.id"]);
        });
    }

    [Fact]
    public async Task Durations_are_in_seconds_and_have_bounds_that_show_them()
    {
        await using var client = await Service.BeginAsync("metrics-3");
        await client.ExpectAsync("tick");
        await Service.Receiver.MetricsAsync();
        foreach (var name in new[] { "trading.gateway.exchange.duration", "trading.session.exchange.duration", "trading.journal.append.duration", "trading.journal.commit.duration" })
        {
            var point = Service.Receiver.Points.First(one => one.Name == name);
            Assert.Equal((0.0001, 300), (point.Bounds[0], point.Bounds[^1]));
            Assert.InRange(point.Value, 0, 600.0 * point.Count);
        }
    }

    [Fact]
    public async Task No_label_names_a_tenant_a_session_an_order_or_a_connection()
    {
        await using (var client = await Service.BeginAsync("metrics-4", ticks: 3)) await MeasuredService.RunToEndAsync(client);
        await Service.Receiver.MetricsAsync();
        string[] ids = ["session", "tenant", "user", "connection_id", "order", "batch"];
        var ours = Service.Receiver.Points.Where(point => point.Meter.StartsWith("Trading.", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(ours);
        Assert.DoesNotContain(ours.SelectMany(point => point.Labels.Keys), label => Array.Exists(ids, id => label.Contains(id, StringComparison.OrdinalIgnoreCase)));
        Assert.DoesNotContain(Service.Receiver.Points.SelectMany(point => point.Labels.Values), value => value.Contains("metrics-4", StringComparison.Ordinal));
    }
}
