namespace Trading.Diagnostics;

/// <summary>The environment that this process belongs to, such as <c>development</c>, <c>paper</c> or <c>live</c>: what an operator wrote into its resource attributes.</summary>
public static class DeploymentEnvironment
{
    /// <summary>Name of the resource attribute (OpenTelemetry semantic conventions, resource <c>deployment.environment</c>).</summary>
    public const string Attribute = "deployment.environment.name";

    /// <summary>What an environment is called when nobody named it, as in ASP.NET Core.</summary>
    public const string Default = "production";

    /// <summary>
    /// The name: attribute <see cref="Attribute"/> of <c>OTEL_RESOURCE_ATTRIBUTES</c>, else <c>ASPNETCORE_ENVIRONMENT</c>, else <c>DOTNET_ENVIRONMENT</c> (both in lower case),
    /// else <see cref="Default"/>. Read once: the environment of a process does not change.
    /// </summary>
    public static string Name { get; } = From(Environment.GetEnvironmentVariable);

    /// <summary>The same from any place of settings.</summary>
    /// <param name="setting">Value of a variable; null when it is not set.</param>
    public static string From(Func<string, string?> setting)
    {
        ArgumentNullException.ThrowIfNull(setting);
        if (Value(setting("OTEL_RESOURCE_ATTRIBUTES"), Attribute) is { } named) return named;
        var host = setting("ASPNETCORE_ENVIRONMENT") is { Length: > 0 } web ? web : setting("DOTNET_ENVIRONMENT");
        return string.IsNullOrWhiteSpace(host) ? Default : host.Trim().ToLowerInvariant();
    }

    /// <summary>One of <c>key=value,key=value</c>, the values percent-encoded.</summary>
    private static string? Value(string? attributes, string key)
    {
        foreach (var pair in (attributes ?? "").Split(',', StringSplitOptions.TrimEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && pair[..equals].TrimEnd() == key && pair[(equals + 1)..].Trim() is { Length: > 0 } value) return Uri.UnescapeDataString(value);
        }

        return null;
    }
}
