using Microsoft.Extensions.Configuration;

namespace Trading.Cli.Composition;

/// <summary>What a command sees of the world.</summary>
/// <param name="Output">For results.</param>
/// <param name="Error">For problems and progress.</param>
/// <param name="IsTerminal">Whether a person watches: progress bars are drawn.</param>
/// <param name="Time">The clock.</param>
/// <param name="Environment">Settings of the environment, prefix taken off.</param>
public sealed record CliHost(TextWriter Output, TextWriter Error, bool IsTerminal, TimeProvider Time, IConfiguration Environment)
{
    /// <summary>Prefix of environment variables that are settings, as of the service's.</summary>
    public const string Prefix = "TRADING_";

    /// <summary>The process's own streams, clock and environment.</summary>
    public static CliHost ForProcess() => new(
        Console.Out,
        Console.Error,
        !Console.IsErrorRedirected && !Console.IsOutputRedirected,
        TimeProvider.System,
        new ConfigurationBuilder().AddEnvironmentVariables(Prefix).Build());
}

/// <summary>A command cannot do what was asked; the message is one line for people.</summary>
public sealed class CliException : Exception
{
    public CliException()
    {
    }

    public CliException(string message)
        : base(message)
    {
    }

    public CliException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>What a process ends with.</summary>
public static class ExitCodes
{
    public const int Done = 0;

    /// <summary>Something was refused, failed or found to be wrong.</summary>
    public const int Failed = 1;

    /// <summary>The command line itself is wrong.</summary>
    public const int Misused = 2;

    /// <summary>Stopped by Ctrl+C or a signal; what was done until then is whole.</summary>
    public const int Stopped = 130;
}
