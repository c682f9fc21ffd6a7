using System.Text.RegularExpressions;
using Trading.Deployment.Tests.Support;

namespace Trading.Deployment.Tests;

/// <summary>Secrets are made on the spot, one file each; the repository holds none.</summary>
public sealed partial class SecretTests
{
    [Fact]
    public void No_file_holds_a_secret()
    {
        foreach (var file in Repository.DeploymentFiles.Where(file => !file.EndsWith(".json", StringComparison.Ordinal)))
        {
            var text = Repository.Read(file);
            Assert.False(RandomText().IsMatch(text), $"{file}: {RandomText().Match(text).Value}");
            Assert.False(PasswordInConnection().IsMatch(text), $"{file} has a password in a connection string");
            Assert.DoesNotContain("PRIVATE KEY", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void No_setting_that_is_a_secret_has_its_value_in_a_file()
    {
        foreach (var (place, settings) in Environments())
        {
            foreach (var (name, value) in settings.Where(pair => Secret().IsMatch(pair.Key)))
            {
                Assert.True(value.StartsWith("/run/secrets", StringComparison.Ordinal) || name == "TRADING_Gateway__ActiveKeyId", $"{place}: {name}");
            }
        }
    }

    [Fact]
    public void Git_ignores_what_the_script_makes()
    {
        var ignored = File.ReadAllLines(Repository.At(".gitignore"));
        Assert.Contains("/deploy/secrets/", ignored);
        Assert.Contains("/k8s/overlays/*/secrets/", ignored);
        Assert.All(Compose.File["secrets"].Map.Values, secret => Assert.StartsWith("./deploy/secrets/", secret["file"].Text, StringComparison.Ordinal));
        Assert.All(new[] { Overlays.Development, Overlays.Production }.SelectMany(name => Overlays.Of(name).Secrets.Values.SelectMany(files => files.Values.Select(file => (name, file)))), one => Assert.StartsWith($"{one.name}/secrets/", one.file, StringComparison.Ordinal));
    }

    [Fact]
    public void The_script_makes_every_secret_that_is_named_and_never_makes_one_twice()
    {
        using var copy = new DeploymentCopy();
        foreach (var folder in new[] { "deploy/secrets", $"{Overlays.Development}/secrets", $"{Overlays.Production}/secrets" }) copy.MakeSecrets(folder);
        var named = Compose.File["secrets"].Map.Values.Select(secret => secret["file"].Text)
            .Concat(new[] { Overlays.Development, Overlays.Production }.SelectMany(name => Overlays.Of(name).Secrets.Values.SelectMany(files => files.Values)));
        Assert.All(named, file => Assert.True(File.Exists(copy.At(file)), file));

        string Text(string file) => File.ReadAllText(copy.At($"deploy/secrets/{file}"));
        Assert.Equal(32, Convert.FromBase64String(Text("gateway/Gateway__SigningKeys__k1")).Length);
        Assert.True(Text("silo/Dashboard__Password").Length >= Hosting.OperatorAccess.MinimumLength);
        Assert.Equal((Text("migrate/Database__Password"), Text("silo/Database__Password"), Text("gateway/Database__Password")), (Text("postgres/owner_password"), Text("postgres/silo_password"), Text("postgres/gateway_password")));
        Assert.Equal(3, new[] { "migrate", "silo", "gateway" }.Select(user => Text($"{user}/Database__Password")).Distinct().Count());

        var before = Text("silo/Database__Password");
        copy.MakeSecrets("deploy/secrets");
        Assert.Equal(before, Text("silo/Database__Password"));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(copy.At("deploy/secrets")));
    }

    private static IEnumerable<(string Place, Dictionary<string, string> Settings)> Environments()
    {
        foreach (var service in Compose.Services) yield return (service.Name, service.Environment);
        foreach (var name in new[] { Overlays.Development, Overlays.Production })
        {
            foreach (var (map, settings) in Overlays.Of(name).ConfigMaps.Where(map => map.Key != "database-scripts")) yield return ($"{name} {map}", settings);
            foreach (var workload in Overlays.Of(name).Workloads) foreach (var container in workload.Containers) yield return ($"{name} {workload.Name}", workload.EnvironmentOf(container));
        }
    }

    /// <summary>32 or more characters of hexadecimal digits, or 40 of base64.</summary>
    [GeneratedRegex(@"\b[0-9a-f]{32,}\b|(?<![A-Za-z0-9+/_.-])(?=[A-Za-z0-9+/]*[0-9])(?=[A-Za-z0-9+/]*[A-Z])[A-Za-z0-9+/]{40,}={0,2}")]
    private static partial Regex RandomText();

    [GeneratedRegex(@"(?i);\s*(password|pwd)\s*=")]
    private static partial Regex PasswordInConnection();

    [GeneratedRegex(@"(?i)password|secret|signingkey|apikey|token|activekey")]
    private static partial Regex Secret();
}
