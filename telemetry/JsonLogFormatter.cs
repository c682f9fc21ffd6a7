using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Trading.Telemetry;

/// <summary>
/// One JSON object per line, with the members of .NET's own JSON formatter (<c>Timestamp</c>, <c>EventId</c>, <c>LogLevel</c>, <c>Category</c>, <c>Message</c>, <c>Exception</c>,
/// <c>State</c>) and with <c>trace_id</c> and <c>span_id</c> where the line belongs to a trace, so that both lead to each other.
/// </summary>
/// <param name="options">Form of the time, and what JSON escapes.</param>
public sealed class JsonLogFormatter(IOptionsMonitor<JsonConsoleFormatterOptions> options) : ConsoleFormatter(FormatterName)
{
    /// <summary>Under which it is chosen.</summary>
    public const string FormatterName = "trading-json";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        ArgumentNullException.ThrowIfNull(textWriter);
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        if (logEntry.Exception is null && message is null) return;
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, options.CurrentValue.JsonWriterOptions))
        {
            json.WriteStartObject();
            WriteHead(json, logEntry.LogLevel, logEntry.Category, logEntry.EventId.Id);
            Func<string?, string?> shown = GrainNames.IsRuntime(logEntry.Category) ? Hide : Whole;
            json.WriteString("Message", shown(message));
            if (logEntry.Exception is { } exception) json.WriteString("Exception", shown(exception.ToString()));
            if (logEntry.State is IReadOnlyCollection<KeyValuePair<string, object?>> state) WriteState(json, state, shown);
            json.WriteEndObject();
        }

        textWriter.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private void WriteHead(Utf8JsonWriter json, LogLevel level, string category, int number)
    {
        if (options.CurrentValue.TimestampFormat is { } form)
        {
            var now = options.CurrentValue.UseUtcTimestamp ? DateTimeOffset.UtcNow : DateTimeOffset.Now;
            json.WriteString("Timestamp", now.ToString(form, CultureInfo.InvariantCulture));
        }

        json.WriteNumber("EventId", number);
        json.WriteString("LogLevel", level.ToString());
        json.WriteString("Category", category);
        if (Activity.Current is not { IdFormat: ActivityIdFormat.W3C } activity) return;
        json.WriteString("trace_id", activity.TraceId.ToHexString());
        json.WriteString("span_id", activity.SpanId.ToHexString());
    }

    private static string? Whole(string? text) => text;

    private static string? Hide(string? text) => text is null ? null : GrainNames.Scrub(text);

    private static void WriteState(Utf8JsonWriter json, IReadOnlyCollection<KeyValuePair<string, object?>> state, Func<string?, string?> shown)
    {
        json.WriteStartObject("State");
        foreach (var (name, value) in state)
        {
            switch (value)
            {
                case null: json.WriteNull(name); break;
                case bool truth: json.WriteBoolean(name, truth); break;
                case int number: json.WriteNumber(name, number); break;
                case long number: json.WriteNumber(name, number); break;
                case double number when double.IsFinite(number): json.WriteNumber(name, number); break;
                case decimal number: json.WriteNumber(name, number); break;
                default: json.WriteString(name, shown(Convert.ToString(value, CultureInfo.InvariantCulture))); break;
            }
        }

        json.WriteEndObject();
    }
}

/// <summary>Chooses <see cref="JsonLogFormatter"/> for the console.</summary>
public static class JsonLogging
{
    /// <summary>Writes the log to the console as one JSON object per line.</summary>
    public static ILoggingBuilder AddTracedJsonConsole(this ILoggingBuilder logging, Action<JsonConsoleFormatterOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(logging);
        logging.AddConsoleFormatter<JsonLogFormatter, JsonConsoleFormatterOptions>(configure);
        return logging.AddConsole(console => console.FormatterName = JsonLogFormatter.FormatterName);
    }
}
