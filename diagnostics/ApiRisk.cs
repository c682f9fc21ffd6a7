using System.Diagnostics.Metrics;

namespace Trading.Diagnostics;

/// <summary>
/// The primary metrics of the seven categories of API risk (trading contracts, section 13, API-093). Each has the name that the section gives it, is labelled by
/// <c>source</c> and <c>environment</c>, and is raised by its own event and by no other's.
/// </summary>
/// <remarks>Safe for concurrent use. A source is a surface or a vendor, never a tenant, a session or a symbol.</remarks>
public static class ApiRisk
{
    public const string MeterName = "Trading.ApiRisk";

    /// <summary>Clients over a WebSocket.</summary>
    public const string Gateway = "gateway";

    /// <summary>Clients over HTTP.</summary>
    public const string Rest = "rest";

    /// <summary>A running session.</summary>
    public const string Session = "session";

    /// <summary>The limits of a tenant's plan.</summary>
    public const string Tenant = "tenant";

    /// <summary>What is stored of sessions.</summary>
    public const string Journal = "journal";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> DataGaps =
        Meter.CreateCounter<long>("apirisk_data_gaps_total", "{gap}", "Data: runs of expected minutes that are missing from what a provider delivered.");

    private static readonly Counter<long> TemporalDuplicates =
        Meter.CreateCounter<long>("apirisk_temporal_duplicates_total", "{duplicate}", "Temporal: messages, sequence numbers or times that came a second time.");

    private static readonly Counter<long> SchemaValidationFailures =
        Meter.CreateCounter<long>("apirisk_schema_validation_failures_total", "{failure}", "Schema: messages, requests and vendors' answers that are not of their form.");

    private static readonly Counter<long> SessionAuthRenewals =
        Meter.CreateCounter<long>("apirisk_session_auth_renewals_total", "{renewal}", "Session: authentications renewed.");

    private static readonly Counter<long> ThroughputRequestRejections =
        Meter.CreateCounter<long>("apirisk_throughput_request_rejections_total", "{rejection}", "Throughput: requests rejected by a limit, ours or a vendor's.");

    private static readonly Counter<long> ExecutionOrderRejects =
        Meter.CreateCounter<long>("apirisk_execution_order_rejects_total", "{order}", "Execution: orders rejected.");

    private static readonly Counter<long> GovernanceVersionMismatches =
        Meter.CreateCounter<long>("apirisk_governance_version_mismatches_total", "{mismatch}", "Governance: contract versions asked for or found that this version does not know.");

    private static readonly KeyValuePair<string, object?> Environment = new("environment", DeploymentEnvironment.Name);

    /// <summary>A provider's answer left runs of expected minutes out.</summary>
    public static void Gaps(string provider, long gaps) => Count(DataGaps, provider, gaps);

    /// <summary>Something came a second time.</summary>
    public static void Duplicates(string source, long duplicates) => Count(TemporalDuplicates, source, duplicates);

    /// <summary>Something is not of its form.</summary>
    public static void SchemaFailures(string source, long failures = 1) => Count(SchemaValidationFailures, source, failures);

    /// <summary>A credential was exchanged for a new token.</summary>
    public static void AuthRenewal(string source) => Count(SessionAuthRenewals, source, 1);

    /// <summary>A limit rejected a request.</summary>
    public static void RequestRejection(string source) => Count(ThroughputRequestRejections, source, 1);

    /// <summary>Orders were rejected.</summary>
    public static void OrderRejects(string source, long orders) => Count(ExecutionOrderRejects, source, orders);

    /// <summary>The other side speaks another version.</summary>
    public static void VersionMismatch(string source) => Count(GovernanceVersionMismatches, source, 1);

    private static void Count(Counter<long> counter, string source, long count)
    {
        if (count > 0) counter.Add(count, new KeyValuePair<string, object?>("source", source), Environment);
    }
}
