using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace Trading.EndToEnd.Tests.Support;

/// <summary>
/// The real service as a child process, on a free port and a data folder of its own. It can be killed and started again on the same
/// folder, as if the machine had lost power.
/// </summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    /// <summary>A start makes demo bars on the first run; on a busy machine with two cores it may take a while.</summary>
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(60);
    private static readonly Dictionary<string, string> NoEnvironment = [];

    private readonly string[] _arguments;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly bool _ownsFolder;
    private Running? _running;
    private int _port;

    private ServiceProcess(string dataFolder, bool ownsFolder, IReadOnlyDictionary<string, string> environment, string[] arguments)
    {
        DataFolder = dataFolder;
        _ownsFolder = ownsFolder;
        _environment = environment;
        _arguments = arguments;
    }

    public string DataFolder { get; }

    /// <summary>The address it listens on, from its line <c>ready</c>.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1");

    /// <summary>The demo account's key: enterprise, all limits lifted.</summary>
    public string DemoKey => File.ReadAllText(Path.Combine(DataFolder, "demo.key")).Trim();

    /// <summary>Everything it has written to stdout since its last start.</summary>
    public string Output => _running?.Output ?? "";

    /// <summary>Everything it has logged since its last start.</summary>
    public string Log => _running?.Log ?? "";

    public int ProcessId => _running?.Process.Id ?? throw new InvalidOperationException("the service is not running");

    /// <summary>Starts a service on a fresh data folder, which goes when this object is disposed.</summary>
    /// <param name="arguments">Further arguments, e.g. <c>--bars</c>, <c>FOLDER</c>.</param>
    public static Task<ServiceProcess> StartAsync(params string[] arguments)
    {
        var folder = Path.Combine(Path.GetTempPath(), "trading-" + Path.GetRandomFileName());
        return StartAsync(folder, ownsFolder: true, NoEnvironment, arguments);
    }

    /// <summary>Starts a service on a folder that stays when this object is disposed.</summary>
    public static Task<ServiceProcess> StartOnAsync(string dataFolder, params string[] arguments) => StartAsync(dataFolder, ownsFolder: false, NoEnvironment, arguments);

    /// <summary>The same with environment variables, for what must not stand on a command line: keys.</summary>
    public static Task<ServiceProcess> StartOnAsync(string dataFolder, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        StartAsync(dataFolder, ownsFolder: false, environment, arguments);

    /// <summary>Runs the program to its end, for a start that has to fail or a command.</summary>
    public static Task<(int ExitCode, string Output, string Errors)> RunToEndAsync(params string[] arguments) => RunToEndAsync(NoEnvironment, arguments);

    /// <summary>The same with environment variables.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunToEndAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        using var running = new Running(arguments, environment);
        await running.ExitAsync(StartTimeout);
        return (running.Process.ExitCode, running.Output, running.Log);
    }

    /// <summary>Ends the process without a word to it: SIGKILL.</summary>
    public async Task KillAsync()
    {
        var running = _running ?? throw new InvalidOperationException("the service is not running");
        running.Process.Kill();
        await running.ExitAsync(StopTimeout);
        running.Dispose();
        _running = null;
    }

    /// <summary>Asks it to stop (SIGTERM) and returns its exit code.</summary>
    public async Task<int> StopAsync()
    {
        var running = _running ?? throw new InvalidOperationException("the service is not running");
        if (kill(running.Process.Id, 15) != 0) throw new InvalidOperationException("the service could not be signalled");
        await running.ExitAsync(StopTimeout);
        var code = running.Process.ExitCode;
        LastOutput = running.Output;
        LastLog = running.Log;
        running.Dispose();
        _running = null;
        return code;
    }

    /// <summary>What it had written before it was stopped.</summary>
    public string LastOutput { get; private set; } = "";

    public string LastLog { get; private set; } = "";

    /// <summary>Starts it again on the same data folder and port, so that a client that keeps trying finds it again.</summary>
    public async Task RestartAsync()
    {
        if (_running is not null) throw new InvalidOperationException("the service is still running");
        var running = new Running([.. _arguments, "--data", DataFolder, "--urls", $"http://127.0.0.1:{_port}"], _environment);
        try
        {
            Address = new Uri(await running.ReadyAsync(StartTimeout));
            _port = Address.Port;
            _running = running;
        }
        catch
        {
            running.Process.Kill();
            running.Dispose();
            throw;
        }
    }

    public HttpClient CreateClient() => new() { BaseAddress = Address, Timeout = StopTimeout };

    public async ValueTask DisposeAsync()
    {
        if (_running is not null) await KillAsync();
        if (_ownsFolder && Directory.Exists(DataFolder)) Directory.Delete(DataFolder, recursive: true);
    }

    private static async Task<ServiceProcess> StartAsync(string folder, bool ownsFolder, IReadOnlyDictionary<string, string> environment, string[] arguments)
    {
        var service = new ServiceProcess(folder, ownsFolder, environment, arguments);
        try
        {
            await service.RestartAsync();
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int processId, int signal);

    /// <summary>One run of the program with its output collected.</summary>
    private sealed class Running : IDisposable
    {
        private const string ReadyLine = "ready ";

        private readonly StringBuilder _output = new();
        private readonly StringBuilder _log = new();
        private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Running(string[] arguments, IReadOnlyDictionary<string, string> environment)
        {
            var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
            start.ArgumentList.Add(ProgramFile);
            foreach (var argument in arguments) start.ArgumentList.Add(argument);
            foreach (var (name, value) in environment) start.Environment[name] = value;
            Process = new Process { StartInfo = start, EnableRaisingEvents = true };
            Process.OutputDataReceived += (_, line) => Collect(_output, line.Data);
            Process.ErrorDataReceived += (_, line) => Collect(_log, line.Data);
            Process.Exited += (_, _) => _ready.TrySetException(new InvalidOperationException($"the service ended before it was ready:\n{Output}{Log}"));
            Process.Start();
            Process.BeginOutputReadLine();
            Process.BeginErrorReadLine();
        }

        public Process Process { get; }

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

        /// <summary>The program that the build put beside the tests.</summary>
        private static string ProgramFile => Path.Combine(Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!, "Trading.Silo.dll");

        public async Task<string> ReadyAsync(TimeSpan timeout)
        {
            try
            {
                return await _ready.Task.WaitAsync(timeout);
            }
            catch (TimeoutException)
            {
                throw new TimeoutException($"the service is not ready after {timeout.TotalSeconds:0} s:\n{Output}{Log}");
            }
        }

        public async Task ExitAsync(TimeSpan timeout)
        {
            // waits for the end of the output too
            await Process.WaitForExitAsync().WaitAsync(timeout);
        }

        public void Dispose() => Process.Dispose();

        private void Collect(StringBuilder text, string? line)
        {
            if (line is null) return;
            lock (text) text.AppendLine(line);
            if (line.StartsWith(ReadyLine, StringComparison.Ordinal)) _ready.TrySetResult(line[ReadyLine.Length..]);
        }
    }
}
