using Trading.MarketData.Candles;
using Trading.MarketData.Store;
using Trading.Storage.Tests.Faults;

namespace Trading.MarketData.Tests.Store;

/// <summary>A write that is cut short at each of its operations: by a power loss, a kill, or a failure of the device.</summary>
public sealed class StoreCrashTests
{
    private const string Symbol = "NVDA";
    private static readonly DateOnly[] Days = [new(2024, 7, 15), new(2024, 7, 16), new(2024, 7, 17), new(2024, 7, 18)];

    private static CandleColumns Version(DateOnly day, int seed) => StoreTesting.DayOfMinutes(Symbol, day, seed, limit: 30 + seed);

    private static CandleColumns Versions(IEnumerable<DateOnly> days, int seed) => CandleColumns.Concat([.. days.Select(day => Version(day, seed))]);

    /// <summary>Three days stored, time gone by, the next write about to rewrite them and to add a fourth.</summary>
    private static async Task<(FaultFiles Files, StoreTesting Testing, long Before)> StartAsync(Random random, Timeframe timeframe)
    {
        var files = new FaultFiles(random);
        var testing = new StoreTesting(files);
        await testing.WriteAsync(Symbol, timeframe, Versions(Days[..3], 1));
        var before = testing.Now;
        testing.Time.Advance(TimeSpan.FromHours(1));
        return (files, testing, before);
    }

    [Theory]
    [InlineData(Timeframe.OneMinute, false)]
    [InlineData(Timeframe.OneMinute, true)]
    [InlineData(Timeframe.OneHour, false)]
    [Trait("req", "OHLCV-038")]
    [Trait("req", "OHLCV-200")]
    public async Task A_crash_at_any_operation_leaves_each_file_old_or_new_and_a_store_that_works(Timeframe timeframe, bool isKill)
    {
        for (var seed = 0; seed < 10; seed++)
        {
            var finished = false;
            for (var crashAt = 0; !finished; crashAt++)
            {
                var (files, testing, before) = await StartAsync(new Random((seed * 1000) + crashAt), timeframe);
                var operations = 0;
                files.Plan = (_, _) => operations++ == crashAt ? Fault.Crash : Fault.None;
                finished = await WriteSecondAsync(testing, timeframe) is not null;
                var after = new StoreTesting(isKill ? files.AfterKill() : files.AfterPowerLoss(), time: testing.Time);
                if (!isKill && finished) await AssertNewAsync(after, timeframe);
                await AssertEachOldOrNewAsync(after, timeframe);
                if (timeframe == Timeframe.OneMinute)
                {
                    var asBefore = await after.ReadAsync(Symbol, timeframe, Days[0], Days[3], before);
                    StoreTesting.AssertSame(Versions(Days[..3], 1), asBefore.Columns);
                }

                Assert.Empty(after.Reported);
                Assert.NotNull(await WriteSecondAsync(after, timeframe));
                await AssertNewAsync(after, timeframe);
                Assert.DoesNotContain(((FaultFiles)after.Files).Paths, path => path.EndsWith(".tmp", StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    [Trait("req", "OHLCV-038")]
    public async Task A_crash_at_any_operation_of_a_daily_write_leaves_the_old_or_the_new_file()
    {
        var finished = false;
        for (var crashAt = 0; !finished; crashAt++)
        {
            for (var seed = 0; seed < 10; seed++)
            {
                var files = new FaultFiles(new Random((seed * 1000) + crashAt));
                var testing = new StoreTesting(files);
                var old = StoreTesting.At([.. Days[..3].Select(Open)], 1);
                var all = CandleColumns.Concat([old, StoreTesting.At([Open(Days[3])], 2)]);
                await testing.WriteAsync(Symbol, Timeframe.Daily, old);
                var operations = 0;
                files.Plan = (_, _) => operations++ == crashAt ? Fault.Crash : Fault.None;
                try
                {
                    await testing.WriteAsync(Symbol, Timeframe.Daily, all);
                    finished = true;
                }
                catch (CandleStoreException)
                {
                    finished = false;
                }

                var after = new StoreTesting(files.AfterPowerLoss(), time: testing.Time);
                var read = await after.AllAsync(Symbol, Timeframe.Daily);
                Assert.Contains(read.Count, finished ? (int[])[4] : [3, 4]);
                StoreTesting.AssertSame(read.Count == 3 ? old : all, read);
            }
        }
    }

    [Theory]
    [InlineData(Fault.Fail, CandleStoreProblem.Device)]
    [InlineData(Fault.DiskFull, CandleStoreProblem.DiskFull)]
    [InlineData(Fault.ReadOnly, CandleStoreProblem.ReadOnly)]
    [InlineData(Fault.Partly, CandleStoreProblem.Device)]
    [InlineData(Fault.AnswerLost, CandleStoreProblem.Device)]
    [Trait("req", "OHLCV-168")]
    [Trait("req", "OHLCV-170")]
    public async Task A_failure_at_any_operation_says_what_failed_and_where_and_loses_nothing(Fault fault, CandleStoreProblem problem)
    {
        for (var failAt = 0; ; failAt++)
        {
            var (files, testing, _) = await StartAsync(new Random(failAt), Timeframe.OneMinute);
            var operations = 0;
            (Operation Operation, string Path)? failed = null;
            files.Plan = (operation, path) =>
            {
                if (operations++ != failAt) return Fault.None;
                failed = (operation, path);
                return fault;
            };
            var thrown = await FailureOfSecondAsync(testing);
            if (failed is null)
            {
                Assert.Null(thrown);
                Assert.True(failAt > 20);
                return;
            }

            Assert.Equal(problem, thrown!.Problem);
            Assert.StartsWith("cannot ", thrown.Message, StringComparison.Ordinal);
            Assert.Contains($"/{Symbol}", thrown.Message, StringComparison.Ordinal);
            await AssertEachOldOrNewAsync(testing, Timeframe.OneMinute);
            Assert.DoesNotContain(files.Paths, path => path.EndsWith(".tmp", StringComparison.Ordinal));
            Assert.NotNull(await WriteSecondAsync(testing, Timeframe.OneMinute));
            await AssertNewAsync(testing, Timeframe.OneMinute);
        }
    }

    [Fact]
    [Trait("req", "OHLCV-168")]
    public async Task On_a_full_disk_every_write_fails_and_every_read_works_until_there_is_room()
    {
        var (files, testing, _) = await StartAsync(new Random(3), Timeframe.OneMinute);
        files.Plan = (operation, _) => operation is Operation.Write or Operation.Create ? Fault.DiskFull : Fault.None;
        for (var attempt = 0; attempt < 3; attempt++) Assert.Equal(CandleStoreProblem.DiskFull, (await FailureOfSecondAsync(testing))!.Problem);
        StoreTesting.AssertSame(Versions(Days[..3], 1), await testing.AllAsync(Symbol, Timeframe.OneMinute));
        files.Plan = null;
        Assert.NotNull(await WriteSecondAsync(testing, Timeframe.OneMinute));
        await AssertNewAsync(testing, Timeframe.OneMinute);
    }

    private static long Open(DateOnly day) => StoreTesting.DayOfMinutes(Symbol, day, limit: 1).Time[0];

    private static async Task<WriteSummary?> WriteSecondAsync(StoreTesting testing, Timeframe timeframe)
    {
        try
        {
            return await testing.WriteAsync(Symbol, timeframe, Versions(Days, 2));
        }
        catch (CandleStoreException)
        {
            return null;
        }
    }

    private static async Task<CandleStoreException?> FailureOfSecondAsync(StoreTesting testing)
    {
        try
        {
            await testing.WriteAsync(Symbol, Timeframe.OneMinute, Versions(Days, 2));
            return null;
        }
        catch (CandleStoreException exception)
        {
            return exception;
        }
    }

    private static async Task AssertNewAsync(StoreTesting testing, Timeframe timeframe) =>
        StoreTesting.AssertSame(Versions(Days, 2), await testing.AllAsync(Symbol, timeframe));

    private static async Task AssertEachOldOrNewAsync(StoreTesting testing, Timeframe timeframe)
    {
        foreach (var day in Days)
        {
            var read = (await testing.ReadAsync(Symbol, timeframe, day, day)).Columns;
            var isNew = read.Count == 32;
            if (read.Count == 0) Assert.Equal(Days[3], day);
            else if (isNew) StoreTesting.AssertSame(NewOf(day), read);
            else StoreTesting.AssertSame(Version(day, 1), read);
        }
    }

    private static CandleColumns NewOf(DateOnly day) => Version(day, 2);
}
