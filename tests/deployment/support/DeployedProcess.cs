using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Trading.Deployment.Tests.Support;

/// <summary>A program of an image as a plain process: the image's entry point and nothing in the environment but what image and deployment set.</summary>
internal sealed class DeployedProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _log = new();
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private DeployedProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Take(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Take(_log, line.Data);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => _ready.TrySetException(new InvalidOperationException("the process ended"));
    }

    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    public string Log
    {
        get
        {
            lock (_log) return _log.ToString();
        }
    }

    /// <param name="line">The program and its arguments.</param>
    /// <param name="folder">The working folder of the image.</param>
    /// <param name="environment">All of it.</param>
    public static DeployedProcess Start(IReadOnlyList<string> line, string folder, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(line[0], line.Skip(1)) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Clear();
        foreach (var name in new[] { "PATH", "HOME", "DOTNET_ROOT" })
        {
            if (Environment.GetEnvironmentVariable(name) is { } value) start.Environment[name] = value;
        }

        foreach (var (name, value) in environment) start.Environment[name] = value;
        var process = new DeployedProcess(new Process { StartInfo = start });
        process._process.Start();
        process._process.BeginOutputReadLine();
        process._process.BeginErrorReadLine();
        return process;
    }

    /// <summary>The address that the program announces when it is ready.</summary>
    public async Task<Uri> ReadyAsync()
    {
        try
        {
            return new Uri(await _ready.Task.WaitAsync(Patience));
        }
        catch (Exception problem)
        {
            throw new InvalidOperationException($"not ready: {problem.Message}\n{Output}\n{Log}", problem);
        }
    }

    /// <summary>Waits for the end by itself.</summary>
    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    /// <summary>Ends it as an orchestrator does: SIGTERM.</summary>
    public Task<int> StopAsync()
    {
        Assert.Equal(0, kill(_process.Id, 15));
        return EndAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Take(StringBuilder text, string? line)
    {
        if (line is null) return;
        lock (text) text.AppendLine(line);
        if (line.StartsWith("ready ", StringComparison.Ordinal)) _ready.TrySetResult(line.Split(' ')[^1]);
    }

    [DllImport("libc")]
    private static extern int kill(int process, int signal);
}
