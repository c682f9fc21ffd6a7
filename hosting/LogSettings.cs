using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Trading.Telemetry;

namespace Trading.Hosting;

/// <summary>
/// The log: on the error output, one JSON object per line (OHLCV-184), or one plain line where <c>Logging:Console:FormatterName</c> is <c>simple</c>. The normal output
/// is for the lines that people and scripts wait for. Levels are settings (OHLCV-185): <c>Logging:LogLevel:Default</c> or, for a part of the service, its name.
/// </summary>
public static class LogSettings
{
    private const string Formatter = "Logging:Console:FormatterName";
    private const string Levels = "Logging:LogLevel";
    private const string TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <exception cref="StartException">A level or the form is none.</exception>
    public static void AddLog(this WebApplicationBuilder builder)
    {
        foreach (var level in builder.Configuration.GetSection(Levels).GetChildren())
        {
            if (!Enum.TryParse<LogLevel>(level.Value, ignoreCase: true, out var known) || !Enum.IsDefined(known) || int.TryParse(level.Value, out _))
            {
                throw new StartException($"wrong settings: {Levels}:{level.Key} is '{level.Value}', but must be one of {string.Join(", ", Enum.GetNames<LogLevel>())}");
            }
        }

        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        switch (builder.Configuration[Formatter] ?? ConsoleFormatterNames.Json)
        {
            case ConsoleFormatterNames.Json:
                builder.Logging.AddTracedJsonConsole(console =>
                {
                    console.UseUtcTimestamp = true;
                    console.TimestampFormat = TimestampFormat;

                    // lines are JSON and nothing else: only what JSON itself needs is escaped
                    console.JsonWriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
                });
                break;
            case ConsoleFormatterNames.Simple:
                builder.Logging.AddSimpleConsole(console =>
                {
                    console.SingleLine = true;
                    console.UseUtcTimestamp = true;
                    console.TimestampFormat = TimestampFormat + " ";
                });
                break;
            case var other:
                throw new StartException($"wrong settings: {Formatter} is '{other}', but must be json or simple");
        }
    }
}
