using System.Diagnostics;
using OpenTelemetry;

namespace Trading.Telemetry;

/// <summary>
/// Takes out of spans what libraries put into them and nobody outside may read: Npgsql calls a pool without a name by its connection string, and Orleans names the grains
/// that it calls (<see cref="GrainNames"/>).
/// </summary>
internal sealed class SpanScrubber : BaseProcessor<Activity>
{
    private const string Pool = "db.npgsql.data_source";

    public override void OnEnd(Activity data)
    {
        if (data.GetTagItem(Pool) is string name && name.Contains('=', StringComparison.Ordinal)) data.SetTag(Pool, null);
        if (GrainNames.IsRuntime(data.Source.Name)) HideOrders(data);
    }

    private static void HideOrders(Activity data)
    {
        List<KeyValuePair<string, string>>? hidden = null;
        foreach (var tag in data.EnumerateTagObjects())
        {
            if (tag.Value?.ToString() is { } text && GrainNames.Scrub(text) is var scrubbed && !ReferenceEquals(text, scrubbed)) (hidden ??= []).Add(new(tag.Key, scrubbed));
        }

        foreach (var tag in hidden ?? []) data.SetTag(tag.Key, tag.Value);
    }
}
