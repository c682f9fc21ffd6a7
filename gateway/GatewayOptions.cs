using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.Extensions.Options;

namespace Trading.Gateway;

/// <summary>Settings of the gateway, section <c>Gateway</c> of the configuration; checked at start.</summary>
public sealed record GatewayOptions
{
    public const string Section = "Gateway";

    /// <summary>HS256 keys in base64 by key id, at least 32 bytes each; several during a rotation. No default: one is required.</summary>
    public Dictionary<string, string> SigningKeys { get; init; } = [];

    /// <summary>Key id that signs new tokens; default: the only one of <see cref="SigningKeys"/>.</summary>
    public string? ActiveKeyId { get; set; }

    /// <summary>Life of a token in seconds, 60 to 86,400; default 3,600 (SIM-035).</summary>
    [Range(60, 86_400)]
    public int TokenLifetimeSeconds { get; init; } = 3_600;

    /// <summary>Longest token in bytes, 256 to 65,536; default 4,096. Longer ones are refused unread.</summary>
    [Range(256, 65_536)]
    public int MaximumTokenBytes { get; init; } = 4_096;

    /// <summary>Host names the service answers to; empty (default) = any (SIM-021).</summary>
    public List<string> Hosts { get; init; } = [];

    /// <summary>Serves WebSockets without TLS; default true. Off: they are redirected to <c>wss</c> (SIM-022).</summary>
    public bool AllowPlainWebSocket { get; init; } = true;

    /// <summary>Largest client message in bytes, 1,024 to 16,777,216; default 1,048,576. A larger one is dropped with an error.</summary>
    [Range(1_024, 16_777_216)]
    public int MaximumMessageBytes { get; init; } = 1_048_576;

    /// <summary>Message size in bytes at which the connection closes with 1009, 1,024 to 1,073,741,824; default 16,777,216.</summary>
    [Range(1_024, 1_073_741_824)]
    public int HardMessageBytes { get; init; } = 16_777_216;

    /// <summary>Most simulation connections of this process, 1 to 1,000,000; default 20,000 (about 1 GiB). Beyond it handshakes get 503 with <c>Retry-After</c>, and those that are open go on.</summary>
    [Range(1, 1_000_000)]
    public int MaximumConnections { get; init; } = 20_000;

    /// <summary>Most commands in one call to a session, 1 to 4,096; default 256.</summary>
    [Range(1, 4_096)]
    public int MaximumCommands { get; init; } = 256;

    /// <summary>Seconds one send may take before the connection is given up, 1 to 600; default 30 (SIM-157).</summary>
    [Range(1, 600)]
    public int SendTimeoutSeconds { get; init; } = 30;

    /// <summary>Seconds to wait for the client's half of a close, 1 to 60; default 5.</summary>
    [Range(1, 60)]
    public int CloseTimeoutSeconds { get; init; } = 5;

    /// <summary>Milliseconds between two looks at the clocks of all connections, 10 to 5,000; default 250.</summary>
    [Range(10, 5_000)]
    public int SweepIntervalMs { get; init; } = 250;

    /// <summary>Refusals by a rate limit within one minute after which the connection closes, 1 to 10,000; default 20 (SIM-071).</summary>
    [Range(1, 10_000)]
    public int RefusalsPerMinute { get; init; } = 20;

    /// <summary>Seconds between the first maintenance warning and the close, 0 to 3,600; default 2 (SIM-120).</summary>
    [Range(0, 3_600)]
    public int MaintenanceLeadSeconds { get; init; } = 2;

    /// <summary>
    /// Seconds of silence after which a WebSocket ping is sent, and seconds to wait for its answer, 1 to 600; default 5. A half-dead connection holds its
    /// place under <c>concurrent_connections</c> for at most twice this long.
    /// </summary>
    [Range(1, 600)]
    public int KeepAliveSeconds { get; init; } = 5;

    /// <summary>
    /// Seconds for which a call is repeated that a lost silo or a database that is away did not answer, 0 to 3,600; default 120. The connection stays open
    /// meanwhile; afterwards it closes with 1011 and the client resumes. 0 closes at once.
    /// </summary>
    [Range(0, 3_600)]
    public int RecoverySeconds { get; init; } = 120;
}

/// <summary>A wrong setting names itself, its value and the rule.</summary>
internal sealed class GatewayOptionsValidator : IValidateOptions<GatewayOptions>
{
    private const int MinimumKeyBytes = 32;

    public ValidateOptionsResult Validate(string? name, GatewayOptions options)
    {
        var failures = new List<string>();
        foreach (var property in typeof(GatewayOptions).GetProperties())
        {
            if (property.GetCustomAttributes(typeof(RangeAttribute), false) is not [RangeAttribute range]) continue;
            var value = (int)property.GetValue(options)!;
            if (!range.IsValid(value)) failures.Add(string.Create(CultureInfo.InvariantCulture, $"{GatewayOptions.Section}:{property.Name} is {value}; it must be from {range.Minimum} to {range.Maximum}"));
        }

        if (options.HardMessageBytes < options.MaximumMessageBytes) failures.Add($"{GatewayOptions.Section}:HardMessageBytes must not be below MaximumMessageBytes");
        CheckKeys(options, failures);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static void CheckKeys(GatewayOptions options, List<string> failures)
    {
        if (options.SigningKeys.Count == 0) failures.Add($"{GatewayOptions.Section}:SigningKeys is empty; one key of at least {MinimumKeyBytes} bytes in base64 is required");
        foreach (var (id, text) in options.SigningKeys)
        {
            var bytes = new byte[text.Length];
            if (!Convert.TryFromBase64String(text, bytes, out var length)) failures.Add($"{GatewayOptions.Section}:SigningKeys:{id} is not base64");
            else if (length < MinimumKeyBytes) failures.Add($"{GatewayOptions.Section}:SigningKeys:{id} has {length} bytes; it must have at least {MinimumKeyBytes}");
        }

        if (options.ActiveKeyId is null && options.SigningKeys.Count == 1) options.ActiveKeyId = options.SigningKeys.Keys.First();
        else if (options.ActiveKeyId is null) failures.Add($"{GatewayOptions.Section}:ActiveKeyId is missing; with several SigningKeys it must name one");
        else if (!options.SigningKeys.ContainsKey(options.ActiveKeyId)) failures.Add($"{GatewayOptions.Section}:ActiveKeyId is {options.ActiveKeyId}; it must name one of SigningKeys");
    }
}
