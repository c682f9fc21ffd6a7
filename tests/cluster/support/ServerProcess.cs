using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Trading.Cluster.Tests.Support;

/// <summary>One run of one of our programs: its output collected, its line <c>ready</c> awaited, signals sent to it.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    public const int Terminate = 15, Continue = 18, Stop = 19;

    private const string ReadyLine = "ready ";

    /// <summary>On a busy machine with two cores a start takes a while.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly StringBuilder _log = new();
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process _process;

    private ServerProcess(string name, string program, IReadOnlyDictionary<string, string> environment, string[] arguments)
    {
        Name = name;
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = Path.GetTempPath() };
        start.ArgumentList.Add(program);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (key, value) in environment) start.Environment[key] = value;
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Collect(line.Data, isOutput: true);
        _process.ErrorDataReceived += (_, line) => Collect(line.Data, isOutput: false);
        _process.Exited += (_, _) =>
        {
            _ended.TrySetResult();
            _ready.TrySetException(new InvalidOperationException($"{Name} ended before it was ready:\n{Log}"));
        };
        AppDomain.CurrentDomain.ProcessExit += WhenTestsEnd;
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Name { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>What the line <c>ready</c> says after that word.</summary>
    public string Ready => _ready.Task.Result;

    /// <summary>The address at the end of the line <c>ready</c>.</summary>
    public Uri Address => new(Ready.Split(' ')[^1]);

    /// <summary>Output and log so far.</summary>
    public string Log
    {
        get
        {
            lock (_log) return _log.ToString();
        }
    }

    /// <summary>Resident memory in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            var line = File.ReadLines($"/proc/{Id}/status").First(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
            return long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture) * 1024;
        }
    }

    /// <summary>Starts a program and returns when it is ready.</summary>
    /// <param name="name">For messages.</param>
    /// <param name="program">The program's dll.</param>
    /// <param name="environment">Variables besides those of this process.</param>
    /// <param name="arguments">Its command line.</param>
    public static async Task<ServerProcess> StartAsync(string name, string program, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var server = new ServerProcess(name, program, environment, arguments);
        try
        {
            await server._ready.Task.WaitAsync(Patience);
            return server;
        }
        catch (TimeoutException)
        {
            var log = server.Log;
            await server.DisposeAsync();
            throw new TimeoutException($"{name} is not ready after {Patience.TotalSeconds:0} s:\n{log}");
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a command to its end and returns what it printed.</summary>
    public static async Task<string> RunAsync(string program, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = Path.GetTempPath() };
        start.ArgumentList.Add(program);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (key, value) in environment) start.Environment[key] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{Path.GetFileName(program)} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{await output}{await errors}");
        return await output;
    }

    /// <summary>SIGKILL: ends it without a word to it.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, and returns the exit code once it has gone.</summary>
    public async Task<int> TerminateAsync()
    {
        Signal(Terminate);
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    /// <summary>Waits for its end, however long that takes.</summary>
    public Task EndedAsync() => _ended.Task;

    /// <summary>Waits for an end that has been caused and must come.</summary>
    public Task EndsAsync() => _ended.Task.WaitAsync(Patience);

    public void Signal(int signal)
    {
        if (kill(Id, signal) != 0) throw new InvalidOperationException($"{Name} could not be signalled");
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= WhenTestsEnd;
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int processId, int signal);

    private void WhenTestsEnd(object? sender, EventArgs e)
    {
        if (!_process.HasExited) _process.Kill();
    }

    private void Collect(string? line, bool isOutput)
    {
        if (line is null) return;
        lock (_log) _log.AppendLine(line);
        if (isOutput && line.StartsWith(ReadyLine, StringComparison.Ordinal)) _ready.TrySetResult(line[ReadyLine.Length..]);
    }
}
