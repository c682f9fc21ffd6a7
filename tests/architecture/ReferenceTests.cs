using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Trading.Architecture.Tests;

/// <summary>The table of docs/architecture.md, read from the compiled assemblies: who may use whom.</summary>
public sealed class ReferenceTests
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Trading.Engine"] = [],
        ["Trading.MarketData"] = ["Trading.Diagnostics", "Trading.Engine", "Trading.Storage"],
        ["Trading.Protocol"] = [],
        ["Trading.Diagnostics"] = [],
        ["Trading.Telemetry"] = ["Trading.Diagnostics"],
        ["Trading.Embedded"] = [],
        ["Trading.Storage"] = ["Trading.Diagnostics", "Trading.Engine"],
        ["Trading.GrainInterfaces"] = ["Trading.Engine", "Trading.Embedded"],
        ["Trading.Grains"] = ["Trading.Diagnostics", "Trading.Engine", "Trading.MarketData", "Trading.Storage", "Trading.GrainInterfaces", "Trading.Embedded"],
        ["sim"] = ["Trading.Engine", "Trading.MarketData", "Trading.Storage"],
        ["Trading.Gateway"] = ["Trading.Diagnostics", "Trading.Engine", "Trading.GrainInterfaces", "Trading.Protocol", "Trading.Embedded"],
        ["Trading.Silo"] = ["Trading.Engine", "Trading.MarketData", "Trading.Storage", "Trading.GrainInterfaces", "Trading.Grains", "Trading.Gateway", "Trading.Hosting", "Trading.Protocol", "Trading.Embedded"],
        ["Trading.Hosting"] = ["Trading.Telemetry"],
        ["Trading.Gateway.Host"] = ["Trading.Engine", "Trading.GrainInterfaces", "Trading.Gateway", "Trading.Hosting", "Trading.Protocol", "Trading.Embedded"],
    };

    private static readonly string[] Pure = ["Trading.Engine", "Trading.Protocol", "Trading.Diagnostics", "Trading.MarketData", "Trading.Storage"];

    public static TheoryData<string> Projects => [.. Allowed.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_uses_only_what_the_table_of_the_house_allows(string assembly)
    {
        if (!File.Exists(PathOf(assembly)))
        {
            Assert.True(assembly == "Trading.Embedded", $"{assembly} was not built beside the tests");
            return;
        }

        var forbidden = References(assembly).Where(name => name.StartsWith("Trading.", StringComparison.Ordinal)).Except(Allowed[assembly], StringComparer.Ordinal);
        Assert.Empty(forbidden);
    }

    [Theory]
    [InlineData("Trading.Engine")]
    [InlineData("Trading.Protocol")]
    [InlineData("Trading.MarketData")]
    [InlineData("Trading.Storage")]
    [InlineData("Trading.GrainInterfaces")]
    [InlineData("Trading.Grains")]
    [InlineData("sim")]
    public void Only_the_gateway_and_the_host_know_the_web_framework(string assembly) =>
        Assert.DoesNotContain(References(assembly), name => name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));

    [Fact]
    public void Pure_projects_know_no_actor_runtime() =>
        Assert.All(Pure, assembly => Assert.DoesNotContain(References(assembly), name => name.StartsWith("Orleans", StringComparison.Ordinal) || name == "Trading.Embedded"));

    [Theory]
    [MemberData(nameof(Projects))]
    public void Only_the_telemetry_project_knows_OpenTelemetry(string assembly) =>
        Assert.Equal(assembly == "Trading.Telemetry", File.Exists(PathOf(assembly)) && References(assembly).Any(name => name.StartsWith("OpenTelemetry", StringComparison.Ordinal)));

    [Fact]
    public void The_engine_does_no_input_or_output_and_starts_no_task()
    {
        string[] banned = ["System.Console", "System.Net", "System.IO.FileSystem", "System.Threading.Tasks.Parallel", "System.Threading.Thread", "Microsoft.Extensions"];
        Assert.DoesNotContain(References("Trading.Engine"), name => Array.Exists(banned, part => name.StartsWith(part, StringComparison.Ordinal)));
    }

    private static string PathOf(string assembly) => Path.Combine(AppContext.BaseDirectory, assembly + ".dll");

    private static List<string> References(string assembly)
    {
        using var stream = File.OpenRead(PathOf(assembly));
        using var file = new PEReader(stream);
        var metadata = file.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }
}
