using System.Diagnostics;
using System.Text.Json;

namespace Trading.MarketData.Tests.Parquet;

/// <summary>Other implementations of Parquet, in <c>peers/</c>, run by node; installed by npm in the versions that package.json names, when they are not there yet.</summary>
public static class Peers
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);
    private static readonly Lazy<string?> Missing = new(Install);

    private static string Folder { get; } = Path.Combine(Root(), "tests", "market-data", "parquet", "peers");

    /// <summary>Why the peers cannot be run; null when they can.</summary>
    public static string? Problem => Missing.Value;

    /// <summary>Runs a script of <c>peers/</c>.</summary>
    /// <returns>One JSON value per line that the script printed.</returns>
    public static List<JsonElement> Run(string script, params string[] arguments)
    {
        var (code, output, error) = Start("node", [script, .. arguments]);
        Assert.True(code == 0, $"{script} ended with {code}: {error}");
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    private static string? Install()
    {
        try
        {
            if (Start("node", ["--version"]) is not (0, _, _)) return "node does not run";
            if (Directory.Exists(Path.Combine(Folder, "node_modules", "parquet-wasm"))) return null;
            // no lock file: it would have to name the native packages of every platform, and registries that mirror only some of them refuse it
            var (code, _, error) = Start("npm", ["install", "--no-package-lock", "--no-audit", "--no-fund"]);
            return code == 0 ? null : $"npm install failed: {error}";
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return $"node is not installed: {e.Message}";
        }
    }

    private static (int Code, string Output, string Error) Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end");
        }

        return (process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }

    private static string Root()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Orleans.Trading.sln"))) at = at.Parent;
        return at?.FullName ?? AppContext.BaseDirectory;
    }
}

/// <summary>A test with other implementations; without node it is reported as skipped, with the reason.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PeerFactAttribute : FactAttribute
{
    public PeerFactAttribute()
    {
        if (Peers.Problem is { } problem) Skip = problem;
    }
}
