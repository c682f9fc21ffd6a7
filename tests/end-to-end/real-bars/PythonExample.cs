using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Trading.EndToEnd.Tests.RealBars;

/// <summary>Runs examples/python/sma_cross.py as its user does, with the system's python3.</summary>
internal sealed class PythonExample
{
    private const string Python = "/usr/bin/python3";

    public static string Root { get; } = FindRoot();

    /// <summary>Null when the example can run here, else what is missing.</summary>
    public static string? Missing { get; } = WhatIsMissing();

    public static string BarsFolder => Path.Combine(Root, "..", "shared", "data");

    public static string Bars(string symbol) => Path.Combine(BarsFolder, "minute", symbol + ".csv");

    /// <summary>Runs the example to its end and returns what it wrote with <c>--json</c>.</summary>
    public static async Task<JsonObject> RunAsync(Uri service, string key, string symbol, params string[] arguments)
    {
        var json = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo(Python) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
            start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
            string[] common = [Path.Combine(Root, "examples", "python", "sma_cross.py"), "--url", service.ToString(), "--key", key, "--bars", Bars(symbol), "--quiet", "--json", json];
            foreach (var argument in common.Concat(arguments)) start.ArgumentList.Add(argument);
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            if (process.ExitCode != 0) throw new InvalidOperationException($"the example ended with {process.ExitCode}:\n{await output}\n{await errors}");
            return (JsonObject)JsonNode.Parse(await File.ReadAllTextAsync(json))!;
        }
        finally
        {
            File.Delete(json);
        }
    }

    private static string? WhatIsMissing()
    {
        if (!File.Exists(Bars("BTCUSD"))) return "the real bars are not beside the project (../shared/data)";
        if (!File.Exists(Python)) return "there is no /usr/bin/python3";
        using var probe = Process.Start(new ProcessStartInfo(Python, "-c \"import websockets\"") { RedirectStandardError = true, UseShellExecute = false })!;
        probe.StandardError.ReadToEnd();
        probe.WaitForExit();
        return probe.ExitCode == 0 ? null : "/usr/bin/python3 lacks the package websockets (Debian: python3-websockets)";
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Orleans.Trading.sln"))) folder = folder.Parent;
        return folder.FullName;
    }
}

/// <summary>A test that needs the real bars and the Python example; where one is missing it is skipped and says why.</summary>
public sealed class RealBarsFactAttribute : FactAttribute
{
    public RealBarsFactAttribute() => Skip = PythonExample.Missing;
}

/// <inheritdoc cref="RealBarsFactAttribute"/>
public sealed class RealBarsTheoryAttribute : TheoryAttribute
{
    public RealBarsTheoryAttribute() => Skip = PythonExample.Missing;
}
