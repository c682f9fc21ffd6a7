using System.Diagnostics;

namespace Trading.EndToEnd.Tests.Data.Faults;

/// <summary>A small file system of its own, in memory: it really fills up, and can really be made read-only.</summary>
internal sealed class Tmpfs : IDisposable
{
    /// <summary>Why there can be none here; null when there can.</summary>
    public static string? Missing { get; } = WhatIsMissing();

    public Tmpfs(int kilobytes)
    {
        Path = Directory.CreateTempSubdirectory("trading-tmpfs-").FullName;
        Run("mount", "-t", "tmpfs", "-o", $"size={kilobytes}k", "tmpfs", Path);
    }

    public string Path { get; }

    public void Resize(int kilobytes) => Run("mount", "-o", $"remount,size={kilobytes}k", Path);

    public void MakeReadOnly() => Run("mount", "-o", "remount,ro", Path);

    public void MakeWritable() => Run("mount", "-o", "remount,rw", Path);

    public void Dispose()
    {
        // lazily: a process that was just killed may still hold a file
        Run("umount", "-l", Path);
        Directory.Delete(Path);
    }

    private static void Run(string program, params string[] arguments)
    {
        var (code, errors) = Try(program, arguments);
        if (code != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {errors}");
    }

    private static (int Code, string Errors) Try(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, errors.Trim());
    }

    private static string? WhatIsMissing()
    {
        if (!OperatingSystem.IsLinux()) return "a small file system is mounted with Linux' mount";
        if (!Environment.IsPrivilegedProcess) return "only root may mount a small file system";
        try
        {
            using var probe = new Tmpfs(256);
            return null;
        }
        catch (Exception problem) when (problem is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return $"a small file system cannot be mounted here: {problem.Message}";
        }
    }
}

/// <summary>A test on a file system of its own; where none can be mounted it is skipped and says why.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TmpfsFactAttribute : FactAttribute
{
    public TmpfsFactAttribute() => Skip = Tmpfs.Missing;
}
