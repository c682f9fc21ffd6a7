using System.Net;
using System.Text.Json.Nodes;
using Trading.EndToEnd.Tests.Support;

namespace Trading.EndToEnd.Tests.Hosting;

public class HostingTests
{
    [Fact]
    [Trait("req", "SIM-312")]
    public async Task One_process_is_ready_with_nothing_but_a_data_folder_and_ends_cleanly_on_sigterm()
    {
        await using var service = await ServiceProcess.StartAsync();
        using var http = service.CreateClient();
        var health = JsonNode.Parse(await http.GetStringAsync(new Uri("/health", UriKind.Relative)))!;
        Assert.Equal("ok", health["status"]!.GetValue<string>());
        Assert.NotEqual(0, service.Address.Port);

        Assert.Equal(0, await service.StopAsync());
        Assert.DoesNotContain("Exception", service.LastLog, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_start_shows_a_key_once_that_the_token_exchange_takes_and_later_starts_find_it_in_the_folder()
    {
        await using var service = await ServiceProcess.StartAsync();
        Assert.Contains($"demo API key (shown once, kept in {Path.Combine(service.DataFolder, "demo.key")}): {service.DemoKey}\n", service.Output, StringComparison.Ordinal);
        var token = await SessionClient.TokenAsync(service.Address, service.DemoKey);
        Assert.Equal(3, token.Split('.').Length);
        foreach (var secret in new[] { "demo.key", "signing.key" })
        {
            if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(service.DataFolder, secret)));
        }

        var key = service.DemoKey;
        Assert.Equal(0, await service.StopAsync());
        await service.RestartAsync();
        Assert.DoesNotContain(key, service.Output + service.Log, StringComparison.Ordinal);
        Assert.Contains("next: ", service.Output, StringComparison.Ordinal);

        // the signing key is kept too: a token of before the restart still opens a connection
        await using var client = await SessionClient.ConnectAsync(service.Address, token);
        await client.ExpectAsync("connection_ready");
    }

    [Fact]
    public async Task Administration_works_beside_the_running_service()
    {
        await using var service = await ServiceProcess.StartAsync();
        var (code, user, _) = await ServiceProcess.RunToEndAsync("admin", "--data", service.DataFolder, "tenant", "create", "--name", "acme", "--plan", "free");
        Assert.Equal(0, code);
        var (_, issued, _) = await ServiceProcess.RunToEndAsync("admin", "--data", service.DataFolder, "key", "issue", user.Trim());
        var key = issued.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Single(word => word.StartsWith("sk_live_", StringComparison.Ordinal));
        Assert.NotEmpty(await SessionClient.TokenAsync(service.Address, key));
    }

    [Fact]
    public async Task A_second_process_on_the_same_folder_is_refused_in_one_line()
    {
        await using var service = await ServiceProcess.StartAsync();
        var (code, output, errors) = await ServiceProcess.RunToEndAsync("--data", service.DataFolder, "--urls", "http://127.0.0.1:0");
        Assert.Equal((1, ""), (code, output));
        Assert.Equal($"error: the data folder {service.DataFolder} is in use by another process of this service; stop it, or choose another folder with --data", errors.TrimEnd());
    }

    [Fact]
    public async Task A_port_in_use_is_told_in_one_line()
    {
        await using var service = await ServiceProcess.StartAsync();
        using var other = new TemporaryFolder();
        var (code, output, errors) = await ServiceProcess.RunToEndAsync("--data", other.Path, "--urls", $"http://127.0.0.1:{service.Address.Port}");
        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith($"error: the service cannot listen on http://127.0.0.1:{service.Address.Port}: ", errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_written_is_told_in_one_line()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "a-file");
        await File.WriteAllTextAsync(file, "");
        var (code, output, errors) = await ServiceProcess.RunToEndAsync("--data", Path.Combine(file, "data"), "--urls", "http://127.0.0.1:0");
        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith($"error: the data folder {file}/data cannot be made: ", errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData("error: '--colour' is no option; ./run help shows them all", "--colour", "red")]
    [InlineData("error: --data needs a value", "--data")]
    [InlineData("error: Bars of polygon is '/does/not/exist', but no such folder exists", "--bars", "/does/not/exist")]
    [InlineData("error: Urls is 'ftp://here', but must be addresses like http://127.0.0.1:8080, separated by ';'", "--urls", "ftp://here")]
    [InlineData("error: Demo is 'perhaps', but must be true or false", "--set", "Demo=perhaps")]
    [InlineData("error: wrong settings: Plans:WarningPercent is 0, but must be 1 to 100", "--set", "Plans:WarningPercent=0")]
    [InlineData("error: wrong settings: Plans:WarningPercent is 'half', but must be a whole number from -2147483648 to 2147483647", "--set", "Plans:WarningPercent=half")]
    [InlineData("error: wrong settings: Sessions:MaxPendingTicks is 0, but must be 1 to 1000000", "--set", "Sessions:MaxPendingTicks=0")]
    [InlineData("error: wrong settings: Sessions:RetentionEvery is 00:00:01, but must be a minute to a day", "--set", "Sessions:RetentionEvery=00:00:01")]
    [InlineData("error: wrong settings: Sessions:RetainedFor is '30 days', but must be a time as days.hours:minutes:seconds, like 1.12:00:00", "--set", "Sessions:RetainedFor=30 days")]
    [InlineData("error: wrong settings: Gateway:KeepAliveSeconds is 'abc', but must be a whole number from -2147483648 to 2147483647", "--set", "Gateway:KeepAliveSeconds=abc")]
    [InlineData("error: wrong settings: Sessions:RetainFor is '30', but there is no such setting", "--set", "Sessions:RetainFor=30")]
    public async Task A_wrong_setting_names_itself(string message, params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        var (code, output, errors) = await ServiceProcess.RunToEndAsync(["--set", "Data=" + folder.Path, "--set", "Urls=http://127.0.0.1:0", .. arguments]);
        Assert.Equal((1, "", message), (code, output, errors.TrimEnd()));
    }

    [Fact]
    public async Task It_starts_again_on_its_folder_after_kill_9()
    {
        await using var service = await ServiceProcess.StartAsync();
        await service.KillAsync();
        await service.RestartAsync();
        using var http = service.CreateClient();
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri("/health", UriKind.Relative))).StatusCode);
    }
}
