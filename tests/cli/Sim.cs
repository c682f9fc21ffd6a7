using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Trading.Cli.Composition;

namespace Trading.Cli.Tests;

/// <summary>Runs the command line in this process, on a store of its own.</summary>
internal sealed class Sim : IDisposable
{
    private readonly Dictionary<string, string?> _environment = [];

    public string Folder { get; } = Directory.CreateTempSubdirectory("sim-tests-").FullName;

    public string Store => Path.Combine(Folder, "store");

    public static string Root { get; } = FindRoot();

    /// <summary>The real bars beside the project; null where they are not.</summary>
    public static string? SharedData { get; } = Directory.Exists(Path.Combine(Root, "..", "shared", "data", "minute")) ? Path.GetFullPath(Path.Combine(Root, "..", "shared", "data")) : null;

    public void Set(string name, string value) => _environment[name] = value;

    public string Write(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        File.SetLastWriteTimeUtc(path, new DateTime(2024, 8, 1, 0, 0, 0, DateTimeKind.Utc));
        return path;
    }

    /// <summary>Runs a command on the store.</summary>
    public async Task<(int Code, string Output, string Error)> RunAsync(IEnumerable<string> args, CancellationToken cancellationToken = default)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var host = new CliHost(output, error, IsTerminal: false, TimeProvider.System, new ConfigurationBuilder().AddInMemoryCollection(_environment).Build());
        string[] all = [.. args];
        if (!all.Contains("--store") && !all.Contains("--help")) all = [.. all, "--store", Store];
        var code = await SimCommand.RunAsync(all, host, cancellationToken);
        return (code, output.ToString(), error.ToString());
    }

    public Task<(int Code, string Output, string Error)> RunAsync(params string[] args) => RunAsync((IEnumerable<string>)args);

    /// <summary>Runs a command that must succeed; returns its output.</summary>
    public async Task<string> DoneAsync(params string[] args)
    {
        var (code, output, error) = await RunAsync((IEnumerable<string>)args);
        Assert.True(code == 0, $"{string.Join(' ', args)}: {code} {error}");
        Assert.Equal("", error);
        return output;
    }

    /// <summary>Runs a command that must fail; returns its one line of error.</summary>
    public async Task<string> RefusedAsync(params string[] args)
    {
        var (code, output, error) = await RunAsync((IEnumerable<string>)args);
        Assert.True(code is 1 or 2, $"{string.Join(' ', args)}: {code} {output}{error}");
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        var line = Assert.Single(error.TrimEnd('\n').Split('\n'));
        Assert.StartsWith("error: ", line, StringComparison.Ordinal);
        return line;
    }

    /// <summary>The real program with its own process.</summary>
    public static Process Start(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetTempPath() };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "sim.dll"));
        foreach (var argument in args) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    /// <summary>Every stored file with its bytes, locks left out.</summary>
    public static SortedDictionary<string, byte[]> Content(string store)
    {
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(store, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(store, file);
            if (!name.StartsWith("locks", StringComparison.Ordinal)) files[name] = File.ReadAllBytes(file);
        }

        return files;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string FindRoot()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Orleans.Trading.sln"))) at = at.Parent;
        return at?.FullName ?? AppContext.BaseDirectory;
    }
}

/// <summary>A test on the real bars beside the project; without them it is reported as skipped, with the reason.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedDataFactAttribute : FactAttribute
{
    public SharedDataFactAttribute()
    {
        if (Sim.SharedData is null) Skip = "the real bars are not here: no directory ../shared/data";
    }
}
