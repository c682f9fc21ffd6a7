namespace Trading.Deployment.Tests.Support;

/// <summary>Metrics of others that the rules and dashboards use: what the collector's exporter makes of them, and the instrument.</summary>
internal static class BuiltInMetrics
{
    /// <summary>Of every process.</summary>
    public static Dictionary<string, string> Process { get; } = new(StringComparer.Ordinal)
    {
        ["dotnet_process_memory_working_set_bytes"] = "dotnet.process.memory.working_set",
        ["dotnet_process_cpu_time_seconds_total"] = "dotnet.process.cpu.time",
        ["dotnet_gc_pause_time_seconds_total"] = "dotnet.gc.pause.time",
        ["dotnet_thread_pool_queue_length"] = "dotnet.thread_pool.queue.length",
    };

    /// <summary>Of a silo.</summary>
    public static Dictionary<string, string> Silo { get; } = new(StringComparer.Ordinal)
    {
        ["orleans_consistent_ring_size"] = "orleans-consistent-ring-size",
        ["orleans_catalog_activations"] = "orleans-catalog-activations",
    };

    /// <summary>Of a gateway.</summary>
    public static Dictionary<string, string> Gateway { get; } = new(StringComparer.Ordinal)
    {
        ["orleans_client_connected_gateways"] = "orleans-client-connected-gateways",
        ["http_server_request_duration_seconds"] = "http.server.request.duration",
    };

    /// <summary>Those that exist only once something has happened, too.</summary>
    public static IEnumerable<string> Names => Process.Keys.Concat(Silo.Keys).Concat(Gateway.Keys).Append("dotnet_exceptions_total");
}
