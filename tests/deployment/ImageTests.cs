using System.Text.RegularExpressions;
using System.Xml.Linq;
using Trading.Deployment.Tests.Support;

namespace Trading.Deployment.Tests;

/// <summary>How our images are made, and that every image anywhere has a version.</summary>
public sealed partial class ImageTests
{
    private const string Silo = "deploy/docker/silo.Dockerfile";
    private const string Gateway = "deploy/docker/gateway.Dockerfile";

    public static TheoryData<string, string> Images => new() { { Silo, "silo/Trading.Silo.csproj" }, { Gateway, "gateway/host/Trading.Gateway.Host.csproj" } };

    [Theory]
    [MemberData(nameof(Images))]
    public void An_image_is_built_from_source_for_the_cluster_and_holds_the_result_alone(string path, string project)
    {
        var image = Dockerfile.Load(path);
        Assert.Equal(2, image.Stages.Count);
        var build = image.Stages[0];
        Assert.Equal(("mcr.microsoft.com/dotnet/sdk:10.0-noble", "$BUILDPLATFORM"), (build.Image, build.Platform));
        var publish = Assert.Single(build.Steps, step => step.Word == "RUN" && step.Arguments.Contains("dotnet publish", StringComparison.Ordinal)).Arguments;
        Assert.Contains($"dotnet publish {project} --configuration Release --output /app -p:ActorRuntime=orleans", publish, StringComparison.Ordinal);
        Assert.Equal("mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled", image.Final.Image);
        Assert.All(image.Final.Steps.Where(step => step.Word == "COPY"), step => Assert.StartsWith("--from=build ", step.Arguments, StringComparison.Ordinal));
        Assert.DoesNotContain(image.Final.Steps, step => step.Word == "RUN");
    }

    [Theory]
    [MemberData(nameof(Images))]
    public void An_image_starts_its_program_directly_and_as_nobody_special(string path, string project)
    {
        var final = Dockerfile.Load(path).Final;
        Assert.Equal(["dotnet", XDocument.Load(Repository.At(project)).Descendants("AssemblyName").Single().Value + ".dll"], final.Exec("ENTRYPOINT")!);
        Assert.Equal("1654:1654", final.Last("USER"));
        Assert.Equal("/app", final.Last("WORKDIR"));
        Assert.Equal("SIGTERM", final.Last("STOPSIGNAL"));
        Assert.Equal(path == Silo ? ["silo"] : null, final.Exec("CMD"));
        Assert.Equal(path == Silo ? "8081 11111 30000" : "8080", final.Last("EXPOSE"));
    }

    [Theory]
    [MemberData(nameof(Images))]
    public void The_build_gets_every_project_that_it_needs_and_nothing_else(string path, string project)
    {
        Assert.Contains("COPY . .", Dockerfile.Load(path).Stages[0].Steps.Select(step => $"{step.Word} {step.Arguments}"));
        var ignored = File.ReadAllLines(Repository.At(".dockerignore"));
        Assert.Equal("*", ignored.First(line => line.Length > 0 && line[0] != '#'));
        var kept = ignored.Where(line => line.StartsWith('!')).Select(line => line[1..]).ToHashSet(StringComparer.Ordinal);
        Assert.Subset(kept, Closure(Repository.At(project)).Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/').Split('/')[0]).ToHashSet(StringComparer.Ordinal));
        Assert.Subset(kept, new HashSet<string>(StringComparer.Ordinal) { "Directory.Build.props", "Directory.Packages.props", "ActorRuntime.props", "global.json", ".editorconfig" });
        Assert.DoesNotContain(kept, name => name is "data" or "deploy" or "k8s" or "artifacts" or ".git" or "tests");
        Assert.Contains("**/bin", ignored);
        Assert.Contains("**/obj", ignored);
    }

    [Fact]
    public void Every_image_has_a_version()
    {
        var compose = Compose.Services.Select(service => service.Image);
        var manifests = new[] { Overlays.Development, Overlays.Production }.Select(Overlays.Of).SelectMany(overlay => overlay.Workloads.SelectMany(workload => workload.Containers.Select(container => overlay.ImageOf(container["image"].Text))));
        var bases = new[] { Silo, Gateway }.SelectMany(path => Dockerfile.Load(path).Stages.Select(stage => stage.Image));
        Assert.All(compose.Concat(manifests).Concat(bases), image => Assert.Matches(Versioned(), image));
    }

    [Fact]
    public void Compose_and_manifests_use_the_same_versions()
    {
        var versions = Overlays.Of(Overlays.Development);
        Assert.Equal(Compose.Service("postgres").Image, versions.ImageOf("postgres"));
        Assert.Equal(Compose.Service("grants").Image, versions.ImageOf("postgres"));
        Assert.Equal(Compose.Service("silo-1").Image, versions.ImageOf("trading-silo"));
        Assert.Equal(Compose.Service("gateway-1").Image, versions.ImageOf("trading-gateway"));
        Assert.StartsWith("postgres:15.", Compose.Service("postgres").Image, StringComparison.Ordinal);
    }

    /// <summary>A project and all that it refers to when it is built for the cluster; the embedded runtime is not among it.</summary>
    private static HashSet<string> Closure(string project)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<string>([project]);
        while (open.TryDequeue(out var next))
        {
            if (!found.Add(next)) continue;
            foreach (var reference in XDocument.Load(next).Descendants("ProjectReference")) open.Enqueue(Path.GetFullPath(reference.Attribute("Include")!.Value, Path.GetDirectoryName(next)!));
        }

        return found;
    }

    [GeneratedRegex(@"^[a-z0-9./-]+:v?\d+\.\d+[a-z0-9.-]*$")]
    private static partial Regex Versioned();
}
