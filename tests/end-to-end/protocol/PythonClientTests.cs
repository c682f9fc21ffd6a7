using System.Diagnostics;
using System.Text.Json.Nodes;
using Trading.EndToEnd.Tests.RealBars;
using Trading.EndToEnd.Tests.Support;

namespace Trading.EndToEnd.Tests.Protocol;

/// <summary>The Python example as a client of other versions of the service, and what it says when something is missing.</summary>
[Collection(ProtocolTests.Name)]
public sealed class PythonClientTests(ProtocolService service)
{
    [RealBarsFact]
    [Trait("req", "SIM-034")]
    [Trait("req", "SIM-089")]
    public async Task It_needs_two_fields_of_the_token_answer_and_ignores_fields_and_messages_that_it_does_not_know()
    {
        using var folder = new TemporaryFolder();
        SmallBars.Write(folder.Path);
        await using var proxy = await TalkativeProxy.StartAsync(service.Address);
        string[] arguments = ["--bars", Path.Combine(folder.Path, "minute", "KO.csv"), "--session-id", service.NextSession("python"), "--short"];
        var direct = await PythonExample.RunAsync(service.Address, service.Process.DemoKey, "KO", arguments);
        var through = await PythonExample.RunAsync(proxy.Address, service.Process.DemoKey, "KO", [.. arguments, "--retries", "0"]);
        Assert.True(proxy.Inserted > SmallBars.DayTicks);
        Assert.NotEmpty(direct["fills"]!.AsArray());
        Assert.Equal(direct["report"]!["result_hash"]!.GetValue<string>(), through["report"]!["result_hash"]!.GetValue<string>());
        Assert.Equal(Fills(direct), Fills(through));
    }

    [RealBarsFact]
    public async Task What_is_wrong_is_told_in_a_line_and_never_in_a_traceback()
    {
        using var folder = new TemporaryFolder();
        SmallBars.Write(folder.Path);
        var bars = Path.Combine(folder.Path, "minute", "KO.csv");
        var url = service.Address.ToString();
        Assert.Contains("--bars", (await SaysAsync(0, "--help")).Output, StringComparison.Ordinal);
        Assert.Contains("HTTP 401", (await SaysAsync(1, "--url", url, "--key", "sk_live_wrong", "--bars", bars)).Errors, StringComparison.Ordinal);
        Assert.Contains("the bars cannot be read", (await SaysAsync(1, "--url", url, "--key", "k", "--bars", bars + ".missing")).Errors, StringComparison.Ordinal);
        Assert.Contains("is no file of bars", (await SaysAsync(1, "--url", url, "--key", "k", "--bars", Path.Combine(PythonExample.Root, "Orleans.Trading.sln"))).Errors, StringComparison.Ordinal);
        Assert.Contains("does not answer", (await SaysAsync(1, "--url", "http://127.0.0.1:9", "--key", "k", "--bars", bars, "--retries", "1")).Errors, StringComparison.Ordinal);
        Assert.Contains("an API key is needed", (await SaysAsync(2, "--url", url, "--bars", bars)).Errors, StringComparison.Ordinal);
        Assert.Contains("--execution", (await SaysAsync(2, "--url", url, "--key", "k", "--bars", bars, "--execution", "{bad")).Errors, StringComparison.Ordinal);
        var refused = await SaysAsync(1, "--url", url, "--key", service.Process.DemoKey, "--bars", bars, "--symbol", "NOSUCH");
        Assert.Contains("NO_DATA_FOR_SYMBOL", refused.Errors, StringComparison.Ordinal);
    }

    [RealBarsFact]
    public async Task The_commands_of_its_readme_work_on_the_demo_data()
    {
        await using var demo = await ServiceProcess.StartAsync();
        var readme = await File.ReadAllLinesAsync(Path.Combine(PythonExample.Root, "examples", "python", "README.md"));
        var commands = readme.Where(line => line.StartsWith("python3 ", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, commands.Count);
        foreach (var command in commands)
        {
            var words = command.Replace("sk_live_...", demo.DemoKey, StringComparison.Ordinal).Split(' ')[1..];
            var said = await CommandAsync(demo, words);
            if (words[0].EndsWith("sweep.py", StringComparison.Ordinal)) Assert.Contains("sweep_hash", said.Output, StringComparison.Ordinal);
            else Assert.Contains(" at ", said.Output, StringComparison.Ordinal);
        }
    }

    [RealBarsFact]
    public async Task The_commands_of_the_first_page_work_on_the_demo_data()
    {
        await using var demo = await ServiceProcess.StartAsync();
        var page = await File.ReadAllTextAsync(Path.Combine(PythonExample.Root, "README.md"));
        var commands = page.Split('\n').Where(line => line.StartsWith("/usr/bin/python3 ", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, commands.Count);
        foreach (var command in commands) await CommandAsync(demo, command.Replace("\"$(cat data/demo.key)\"", demo.DemoKey, StringComparison.Ordinal).Split(' ')[1..]);

        using var http = demo.CreateClient();
        http.DefaultRequestHeaders.Add("X-API-Key", demo.DemoKey);
        const string address = "http://127.0.0.1:8080/";
        var query = page[(page.IndexOf($"\"{address}trading-data", StringComparison.Ordinal) + 1 + address.Length)..].Split('"')[0];
        Assert.Contains("\"timeframe\":\"1h\"", await http.GetStringAsync(new Uri(query, UriKind.Relative)), StringComparison.Ordinal);
    }

    private static List<string> Fills(JsonObject run) => run["fills"]!.AsArray().Select(fill =>
    {
        var copy = (JsonObject)fill!.DeepClone();
        copy.Remove("field_of_a_later_version");
        return copy.ToJsonString();
    }).ToList();

    /// <summary>A command of a page, its script first: it ends well, and its last line says a hash.</summary>
    private static async Task<(string Output, string Errors)> CommandAsync(ServiceProcess demo, string[] words)
    {
        var arguments = words[1..].Select(word => word.StartsWith("data/", StringComparison.Ordinal) ? Path.Combine(demo.DataFolder, word["data/".Length..]) : word);
        var said = await RunAsync(Path.GetFileName(words[0]), 0, ["--url", demo.Address.ToString(), .. arguments]);
        Assert.Matches("(result|sweep)_hash", said.Output);
        return said;
    }

    private static Task<(string Output, string Errors)> SaysAsync(int exitCode, params string[] arguments) => RunAsync("sma_cross.py", exitCode, arguments);

    private static async Task<(string Output, string Errors)> RunAsync(string script, int exitCode, params string[] arguments)
    {
        var start = new ProcessStartInfo("/usr/bin/python3") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        start.Environment.Remove("SIM_API_KEY");
        start.ArgumentList.Add(Path.Combine(PythonExample.Root, "examples", "python", script));
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.DoesNotContain("Traceback", await errors, StringComparison.Ordinal);
        Assert.True(exitCode == process.ExitCode, $"exit code {process.ExitCode} instead of {exitCode}: {await output}{await errors}");
        return (await output, await errors);
    }
}
