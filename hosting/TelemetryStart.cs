using Microsoft.AspNetCore.Builder;
using Trading.Telemetry;

namespace Trading.Hosting;

/// <summary>Telemetry of a process; a wrong setting ends the start like every other one.</summary>
public static class TelemetryStart
{
    /// <summary>Exports traces, metrics and the log over OTLP where the settings name a collector (docs/telemetry.md).</summary>
    /// <param name="builder">The host being made.</param>
    /// <param name="service">Name of the service unless the settings give one.</param>
    /// <exception cref="StartException">A setting is wrong; the message names it, its value and the rule.</exception>
    public static void ExportTelemetry(this WebApplicationBuilder builder, string service)
    {
        try
        {
            builder.AddTelemetry(service);
        }
        catch (TelemetrySettingsException wrong)
        {
            throw new StartException($"wrong settings: {wrong.Message}");
        }
    }
}
