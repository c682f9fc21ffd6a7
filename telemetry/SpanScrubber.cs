using System.Diagnostics;
using OpenTelemetry;

namespace Trading.Telemetry;

/// <summary>Takes out of spans what libraries put into them and nobody outside may read: Npgsql calls a pool without a name by its connection string.</summary>
internal sealed class SpanScrubber : BaseProcessor<Activity>
{
    private const string Pool = "db.npgsql.data_source";

    public override void OnEnd(Activity data)
    {
        if (data.GetTagItem(Pool) is string name && name.Contains('=', StringComparison.Ordinal)) data.SetTag(Pool, null);
    }
}
