using System.Diagnostics;

namespace Trading.Deployment.Tests.Support;

/// <summary>A copy of the deployment's files in a folder that goes with the test, so that secrets can be made in it.</summary>
internal sealed class DeploymentCopy : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("trading-deployment-").FullName;

    public DeploymentCopy()
    {
        foreach (var file in Repository.DeploymentFiles)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(At(file))!);
            File.Copy(Repository.At(file), At(file));
        }
    }

    public string At(string path) => Path.Combine(_folder, path);

    /// <summary>Fills a folder as an operator would. The certificate of a database is nothing that a script can make.</summary>
    public void MakeSecrets(string folder)
    {
        Run("bash", [At("deploy/make-secrets"), At(folder)]);
        Directory.CreateDirectory(At($"{folder}/database"));
        File.WriteAllText(At($"{folder}/database/root.crt"), "no certificate");
    }

    /// <summary>Runs a program to its end and gives its output.</summary>
    public string Run(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {error.Result}");
        return output;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
