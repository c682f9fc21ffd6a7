using System.Runtime.InteropServices;
using Trading.Cli;
using Trading.Cli.Composition;

// the first Ctrl+C ends the work between two files, a second one at once; nothing is left half-written either way
using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return await SimCommand.RunAsync(args, CliHost.ForProcess(), stop.Token);

void Stop(PosixSignalContext signal)
{
    if (stop.IsCancellationRequested) return;
    signal.Cancel = true;
    stop.Cancel();
}
