using OpenTelemetry;
using OpenTelemetry.Logs;

namespace Trading.Telemetry;

/// <summary>Takes the ids of orders out of the actor runtime's own log records before they are exported (<see cref="GrainNames"/>).</summary>
internal sealed class LogScrubber : BaseProcessor<LogRecord>
{
    private const string StackTrace = "exception.stacktrace";

    public override void OnEnd(LogRecord data)
    {
        if (!GrainNames.IsRuntime(data.CategoryName)) return;
        if (data.FormattedMessage is { } message) data.FormattedMessage = GrainNames.Scrub(message);
        if (data.Body is { } body) data.Body = GrainNames.Scrub(body);
        var attributes = data.Attributes?.Select(attribute => attribute.Value is null ? attribute : new(attribute.Key, Scrubbed(attribute.Value))).ToList() ?? [];
        if (data.Exception?.ToString() is { } exception && GrainNames.Scrub(exception) is var scrubbed && !ReferenceEquals(exception, scrubbed))
        {
            data.Exception = null;
            attributes.Add(new(StackTrace, scrubbed));
        }

        data.Attributes = attributes;
    }

    /// <summary>The value itself, unless it says more than it may.</summary>
    private static object Scrubbed(object value) => value.ToString() is { } text && GrainNames.Scrub(text) is var scrubbed && !ReferenceEquals(text, scrubbed) ? scrubbed : value;
}
