namespace Trading.Telemetry;

/// <summary>A setting of the telemetry is wrong; the message names it, its value and the rule.</summary>
public sealed class TelemetrySettingsException(string message) : Exception(message);
