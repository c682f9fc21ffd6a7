using Spectre.Console;
using Trading.Cli.Composition;

namespace Trading.Cli.Output;

/// <summary>Progress bars on the error stream; nothing at all when nobody watches, so that results and logs stay clean.</summary>
internal static class ProgressLine
{
    /// <summary>Runs the work with a way to report how far it is.</summary>
    /// <param name="host">Where to draw.</param>
    /// <param name="work">Gets a function of a text and the share done, from 0 to 1.</param>
    public static Task<T> RunAsync<T>(CliHost host, Func<Action<string, double>, Task<T>> work)
    {
        if (!host.IsTerminal) return work((_, _) => { });
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(host.Error) });
        return console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var task = context.AddTask("…");
                return await work((text, share) =>
                {
                    task.Description = Markup.Escape(text.Length > 0 ? text : task.Description);
                    task.Value = Math.Clamp(share, 0, 1) * task.MaxValue;
                }).ConfigureAwait(false);
            });
    }
}
