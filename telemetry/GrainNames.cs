using System.Text.RegularExpressions;

namespace Trading.Telemetry;

/// <summary>
/// The actor runtime names grains in its spans and log lines. The name of an order grain ends with the id that a client gave its order, which is for the client and
/// nobody else (SIM-301); the user and the session before it stay, because operators need them.
/// </summary>
internal static partial class GrainNames
{
    /// <summary>What stands for an order's id.</summary>
    public const string Hidden = "-";

    private const string Order = "order/";

    /// <summary>The text with the ids of orders taken out; the same text when it holds none.</summary>
    public static string Scrub(string text) => text.Contains(Order, StringComparison.Ordinal) ? OrderName().Replace(text, "${name}" + Hidden) : text;

    /// <summary>Whether a log category or a source of spans is the actor runtime's.</summary>
    public static bool IsRuntime(string? source) => source is not null && (source.StartsWith("Orleans", StringComparison.Ordinal) || source.StartsWith("Microsoft.Orleans", StringComparison.Ordinal));

    // The runtime puts brackets around names in what it says of a message; an id may hold anything else, so without them the rest of the line goes.
    [GeneratedRegex(@"(?<name>(?<![\w/])order/[^/\s]+/[^/\s]+/)[^\r\n]*?(?=\](?: |->)|[\r\n]|$)", RegexOptions.ExplicitCapture)]
    private static partial Regex OrderName();
}
