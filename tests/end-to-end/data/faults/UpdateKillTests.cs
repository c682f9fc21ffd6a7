using System.Globalization;
using System.Text.Json;
using Trading.EndToEnd.Tests.Support;
using Trading.Testing.Vendors;
using Xunit.Abstractions;

namespace Trading.EndToEnd.Tests.Data.Faults;

/// <summary>The real process is killed in the middle of a nightly update and started again: nothing of that may be left at the end.</summary>
public sealed class UpdateKillTests(ITestOutputHelper output)
{
    private const int Kills = 12;
    private const string Body = """{"symbols":["AA","BB","CC"],"start_date":"2024-07-08","end_date":"2024-07-16","max_concurrent_symbols":2}""";

    private static readonly string[] Symbols = ["AA", "BB", "CC"];
    private static readonly string[] Days = ["2024-07-08", "2024-07-09", "2024-07-10", "2024-07-11", "2024-07-12", "2024-07-15", "2024-07-16"];

    [Fact]
    [Trait("req", "OHLCV-035")]
    [Trait("req", "OHLCV-038")]
    [Trait("req", "OHLCV-129")]
    [Trait("req", "OHLCV-130")]
    public async Task An_update_that_is_killed_again_and_again_goes_on_by_itself_and_ends_with_the_content_of_an_undisturbed_one()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("TRADING_SEED"), out var given) ? given : 20261121;
        var random = new Random(seed);
        await using var vendor = new StubVendor("polygon") { PageSize = 700 };
        foreach (var symbol in Symbols) vendor.Put(symbol, StoredBars.Minutes(symbol, Days.Select(day => (day, "13:30", 390))));

        using var calm = new TemporaryFolder();
        var (expected, results) = await UndisturbedAsync(calm.Path, vendor);

        using var folder = new TemporaryFolder();
        var store = Path.Combine(folder.Path, "storage");
        await using var service = await UpdateService.StartAsync(folder.Path, [vendor]);
        var id = await service.BeginAsync(Body);
        var kills = 0;
        for (var isOver = false; kills < Kills && !isOver; kills++)
        {
            var moment = Moment.Draw(random);
            isOver = await moment.WaitAsync(vendor, store, service, id);
            if (isOver) break;
            await service.KillAsync();
            vendor.Gate = null;
            output.WriteLine($"kill {kills + 1} at {moment}: {StoreContent.Files(store).Count} files");
            AssertReadable(store);
            await service.RestartAsync();
        }

        output.WriteLine($"seed {seed}: {kills} kills");
        Assert.True(kills >= Kills / 2, $"seed {seed}: the update was over after {kills} kills");
        var status = await service.EndOfAsync(id);
        Assert.Equal(("completed", 3), (status.GetProperty("status").GetString(), status.GetProperty("progress").GetProperty("completed_symbols").GetInt32()));
        Assert.Equal("[]", (await service.GetAsync("/nightly-update/active")).GetRawText());
        var details = await service.GetAsync($"/nightly-update/status/{id}/details");
        Assert.Equal(results, details.GetProperty("symbol_results").GetRawText());
        Assert.Equal(expected, StoreContent.Read(store));
        Assert.Empty(Directory.EnumerateFiles(store, ".*.tmp", SearchOption.AllDirectories));
        Assert.False(Directory.Exists(Path.Combine(store, "damaged")) && Directory.EnumerateFileSystemEntries(Path.Combine(store, "damaged")).Any());
        Assert.Equal(Symbols.Length * Days.Length * 390, (await Task.WhenAll(Symbols.Select(symbol => service.GetAsync($"/trading-data/data/{symbol}?page_size=1")))).Sum(page => page.GetProperty("pagination").GetProperty("total_items").GetInt32()));
    }

    private static async Task<(SortedDictionary<string, string> Content, string Results)> UndisturbedAsync(string folder, StubVendor vendor)
    {
        await using var service = await UpdateService.StartAsync(folder, [vendor]);
        var details = await service.UpdateAsync(Body);
        Assert.Equal("completed", details.GetProperty("status").GetString());
        return (StoreContent.Read(Path.Combine(folder, "storage")), details.GetProperty("symbol_results").GetRawText());
    }

    /// <summary>Whatever the moment: every file that is there is whole.</summary>
    private static void AssertReadable(string store)
    {
        foreach (var file in StoreContent.Files(store)) Assert.NotEqual(0, StoreContent.Decode(store, file).Columns.Count);
    }

    /// <summary>When to kill: while a request waits for its answer, right after one was answered, or when so many files have appeared.</summary>
    private sealed record Moment(string Kind, int Count)
    {
        public static Moment Draw(Random random) => random.Next(4) switch
        {
            0 => new("request held", random.Next(1, 4)),
            1 => new("request", random.Next(1, 4)),
            _ => new("files", random.Next(1, 16)),
        };

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Kind} {Count}");

        /// <returns>True when the update was over before the moment came.</returns>
        public async Task<bool> WaitAsync(StubVendor vendor, string store, UpdateService service, string id)
        {
            var (left, files) = (Count, StoreContent.Files(store).Count);
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            vendor.Gate = Kind == "files" ? null : _ =>
            {
                if (Interlocked.Decrement(ref left) > 0) return null;
                reached.TrySetResult();
                return Kind == "request" ? null : Task.Delay(Timeout.Infinite);
            };
            while (!reached.Task.IsCompleted && (Kind != "files" || StoreContent.Files(store).Count < files + Count))
            {
                if ((await service.GetAsync("/nightly-update/status/" + id)).GetProperty("is_complete").GetBoolean()) return true;
            }

            return false;
        }
    }
}
