using System.Diagnostics;
using System.Reflection;

namespace Trading.EndToEnd.Tests.Data.Faults;

/// <summary>The command line as a process of its own.</summary>
internal sealed class SimProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _errors;

    private SimProcess(IReadOnlyDictionary<string, string>? environment, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = Path.GetTempPath() };
        start.ArgumentList.Add(Path.Combine(Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!, "sim.dll"));
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        _process = Process.Start(start)!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _errors = _process.StandardError.ReadToEndAsync();
    }

    public static SimProcess Start(params string[] arguments) => new(null, arguments);

    public static SimProcess Start(IReadOnlyDictionary<string, string> environment, params string[] arguments) => new(environment, arguments);

    /// <summary>Runs a command to its end.</summary>
    public static async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var sim = Start(arguments);
        return await sim.EndAsync();
    }

    public async Task<(int Code, string Output, string Errors)> EndAsync()
    {
        var (output, errors) = (await _output, await _errors);
        await _process.WaitForExitAsync();
        return (_process.ExitCode, output, errors);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}
