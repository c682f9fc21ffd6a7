using System.Diagnostics.Metrics;
using Trading.Diagnostics;
using Trading.GrainInterfaces.Tenants;

namespace Trading.Grains.Diagnostics;

/// <summary>The measurements of admission by the plans of tenants, meter <c>Trading.Tenants</c>. No tenant is named. Safe for concurrent use.</summary>
internal static class TenantMetrics
{
    public const string MeterName = "Trading.Tenants";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> Refusals = Meter.CreateCounter<long>("trading.tenant.refusals", "{refusal}", "Admissions that a limit of a plan refused.");

    /// <summary>Counts a refusal, and returns the verdict.</summary>
    public static LimitVerdict Counted(LimitVerdict verdict)
    {
        if (verdict.Allowed) return verdict;
        Refused(verdict.Limit ?? "other");
        ApiRisk.RequestRejection(ApiRisk.Tenant);
        return verdict;
    }

    /// <summary>A connection found no place. Whether it is turned away is the gateway's to say: it may take the place of an older one.</summary>
    public static void Refused(string limit) => Refusals.Add(1, new KeyValuePair<string, object?>("limit", limit));
}
