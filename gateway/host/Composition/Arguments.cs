namespace Trading.Gateway.Host.Composition;

/// <summary>The command line as settings.</summary>
internal static class Arguments
{
    /// <exception cref="StartException">An option is unknown or lacks its value.</exception>
    public static Dictionary<string, string?> Parse(ReadOnlySpan<string> args)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        for (var at = 0; at < args.Length; at++)
        {
            var (name, value) = SplitOnce(args[at]);
            if (name is not ("--urls" or "--set")) throw new StartException($"'{args[at]}' is no option; --help shows them all");
            if (value is null && ++at < args.Length) value = args[at];
            if (string.IsNullOrEmpty(value)) throw new StartException($"{name} needs a value");
            if (name == "--urls") settings["Urls"] = value;
            else Set(settings, value);
        }

        return settings;
    }

    private static void Set(Dictionary<string, string?> settings, string text)
    {
        var (key, value) = SplitOnce(text);
        settings[key] = value ?? throw new StartException($"--set {text}: write it as NAME=VALUE");
    }

    private static (string Name, string? Value) SplitOnce(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (text, null) : (text[..equals], text[(equals + 1)..]);
    }
}
