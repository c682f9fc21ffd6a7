using System.CommandLine;
using Trading.Cli.Composition;

namespace Trading.Cli.Data;

/// <summary><c>sim data …</c>: the stored candles.</summary>
internal static class DataCommand
{
    public static Command Make(CliHost host) => new("data", "Import, export, list, check, fetch and resample stored candles.")
    {
        ImportCommand.Make(host),
        ExportCommand.Make(host),
        ListCommand.Make(host),
        CheckCommand.Make(host),
        FetchCommand.Make(host),
        ResampleCommand.Make(host),
        ActionsCommand.Make(host),
    };
}
