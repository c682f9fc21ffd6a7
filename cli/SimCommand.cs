using System.CommandLine;
using Trading.Cli.Composition;
using Trading.Cli.Data;
using Trading.MarketData.Imports;
using Trading.MarketData.Sources;
using Trading.MarketData.Store;

namespace Trading.Cli;

/// <summary>The <c>sim</c> command line.</summary>
public static class SimCommand
{
    /// <summary>Runs one command line.</summary>
    /// <returns>0 done; 1 refused, failed or found something wrong; 2 the command line is wrong; 130 stopped.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, CliHost host, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(host);
        var root = new RootCommand("Tools of the trading simulation.") { DataCommand.Make(host) };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            await host.Error.WriteLineAsync($"error: {parsed.Errors[0].Message.ReplaceLineEndings(" ")} (--help shows the options)").ConfigureAwait(false);
            return ExitCodes.Misused;
        }

        try
        {
            var configuration = new InvocationConfiguration { Output = host.Output, Error = host.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            return await parsed.InvokeAsync(configuration, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await host.Error.WriteLineAsync("stopped; what was done until now is whole").ConfigureAwait(false);
            return ExitCodes.Stopped;
        }
        catch (Exception problem) when (IsExpected(problem))
        {
            await host.Error.WriteLineAsync($"error: {problem.Message.ReplaceLineEndings(" ")}").ConfigureAwait(false);
            return ExitCodes.Failed;
        }
    }

    private static bool IsExpected(Exception problem) =>
        problem is CliException or ImportException or CandleStoreException or CandleFileException or BarSourceException or IOException or UnauthorizedAccessException;
}
