using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Trading.Bench.Session;

/// <summary>A server in a process of its own: the service with a temporary data folder, or the bare echo it is compared with.</summary>
internal sealed partial class ServiceProcess : IDisposable
{
    private readonly Process _process;
    private readonly string? _folder;

    private ServiceProcess(Process process, string? folder, Uri address, string key)
    {
        _process = process;
        _folder = folder;
        Address = address;
        Key = key;
    }

    public Uri Address { get; }

    /// <summary>Its data folder; null for a process that has none of its own.</summary>
    public string? Folder => _folder;

    /// <summary>API key of the demo tenant; empty for the echo.</summary>
    public string Key { get; }

    /// <summary>Resident memory of the process in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            var line = File.ReadLines($"/proc/{_process.Id}/status").First(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
            return long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture) * 1024;
        }
    }

    /// <summary>Processor time that the process has used so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <param name="environment">Further environment variables.</param>
    public static ServiceProcess StartService(params KeyValuePair<string, string>[] environment)
    {
        var folder = Directory.CreateTempSubdirectory("trading-bench-").FullName;
        var service = Path.Combine(AppContext.BaseDirectory, "Trading.Silo.dll");
        var (process, address) = Start([service, "--data", folder, "--urls", "http://127.0.0.1:0"], environment);
        return new ServiceProcess(process, folder, address, File.ReadAllText(Path.Combine(folder, "demo.key")).Trim());
    }

    /// <summary>Starts another program of the house.</summary>
    /// <param name="program">Its dll.</param>
    /// <param name="key">API key of its clients; empty where it has none.</param>
    /// <param name="environment">Its settings.</param>
    /// <param name="arguments">Its command line.</param>
    public static ServiceProcess StartProgram(string program, string key, KeyValuePair<string, string>[] environment, params string[] arguments)
    {
        var (process, address) = Start([program, .. arguments], environment);
        return new ServiceProcess(process, null, address, key);
    }

    public static ServiceProcess StartEcho()
    {
        var (process, address) = Start([Path.Combine(AppContext.BaseDirectory, "Trading.Bench.dll"), "echo-server"]);
        return new ServiceProcess(process, null, address, string.Empty);
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        if (_folder is not null) Directory.Delete(_folder, recursive: true);
    }

    private static (Process Process, Uri Address) Start(IEnumerable<string> arguments, params KeyValuePair<string, string>[] environment)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var process = Process.Start(start) ?? throw new InvalidOperationException("the server did not start");
        // the service's log; somebody must read it, and only what it says first is of interest, if it does not start
        var said = new StringBuilder();
        process.ErrorDataReceived += (_, line) =>
        {
            lock (said) if (said.Length < 4096) said.AppendLine(line.Data);
        };
        process.BeginErrorReadLine();
        while (process.StandardOutput.ReadLine() is { } line)
        {
            var match = Ready().Match(line);
            if (!match.Success) continue;
            _ = process.StandardOutput.ReadToEndAsync();
            return (process, new Uri(match.Groups["address"].Value));
        }

        process.WaitForExit();
        lock (said) throw new InvalidOperationException($"the server ended with code {process.ExitCode} before it was ready: {said}");
    }

    [GeneratedRegex(@"^ready .*?(?<address>http://127\.0\.0\.1:\d+)")]
    private static partial Regex Ready();
}
