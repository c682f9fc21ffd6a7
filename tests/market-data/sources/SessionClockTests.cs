using System.Globalization;
using System.Text;
using Trading.Engine;
using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.MarketData.Calendars;
using Trading.MarketData.Instruments;
using Trading.MarketData.Sources;

namespace Trading.MarketData.Tests.Sources;

/// <summary>From the files to the ticks: whatever a file holds, a session's ticks are the minutes of the market.</summary>
public sealed class SessionClockTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Theory]
    [Trait("req", "SIM-161")]
    [Trait("req", "SIM-162")]
    [Trait("req", "SIM-167")]
    [Trait("req", "SIM-168")]
    [Trait("req", "SIM-170")]
    [Trait("req", "SIM-171")]
    [Trait("req", "SIM-172")]
    // day, ticks, first, last: summer, winter, a half day, a holiday, a Saturday
    [InlineData("2024-07-16", 390, "13:30", "19:59")]
    [InlineData("2024-02-06", 390, "14:30", "20:59")]
    [InlineData("2024-07-03", 210, "13:30", "16:59")]
    [InlineData("2024-07-04", 0, null, null)]
    [InlineData("2024-07-06", 0, null, null)]
    public async Task A_day_has_the_ticks_of_the_exchange_although_the_file_has_every_minute(string day, int count, string? first, string? last)
    {
        var ticks = await TicksAsync(day, extended: false);
        Assert.Equal(count, ticks.Count);
        if (count == 0) return;
        Assert.Equal((day + " " + first, day + " " + last), (TestTime.Show(ticks[0].Time), TestTime.Show(ticks[^1].Time)));
        Assert.Equal([count - 1], ticks.Index().Where(tick => tick.Item.EndOfDay).Select(tick => tick.Index));
        Assert.All(ticks, tick => Assert.Equal(MarketSession.Regular, tick.Session));
    }

    [Theory]
    [Trait("req", "SIM-169")]
    [Trait("req", "SIM-170")]
    // four o'clock in New York is 08:00 UTC in summer and 09:00 UTC in winter, when the after-hours of the day before end at 01:00 UTC
    [InlineData("2024-07-16", "08:00", 0, 240)]
    [InlineData("2024-02-06", "09:00", 60, 180)]
    public async Task Extended_hours_are_four_to_eight_exchange_time(string day, string first, int dayBefore, int after)
    {
        var ticks = await TicksAsync(day, extended: true);
        Assert.Equal(day + " " + first, TestTime.Show(ticks[dayBefore].Time));
        MarketSession[] expected =
        [
            .. Enumerable.Repeat(MarketSession.AfterHours, dayBefore),
            .. Enumerable.Repeat(MarketSession.PreMarket, 330),
            .. Enumerable.Repeat(MarketSession.Regular, 390),
            .. Enumerable.Repeat(MarketSession.AfterHours, after),
        ];
        Assert.Equal(expected, ticks.Select(tick => tick.Session));
    }

    public void Dispose() => _directory.Dispose();

    /// <summary>The ticks of one UTC day whose file holds a bar for each of its 1440 minutes.</summary>
    private async Task<List<Tick>> TicksAsync(string day, bool extended)
    {
        var rows = new StringBuilder("timestamp_utc,open,high,low,close,volume\n");
        for (var minute = 0; minute < 1440; minute++) rows.Append(CultureInfo.InvariantCulture, $"{day}T{minute / 60:00}:{minute % 60:00}:00Z,10,11,9,10,100\n");
        _directory.Write("minute/KO.csv", rows.ToString());
        var options = new CsvBarSourceOptions { ProviderDirectories = new Dictionary<string, string> { ["polygon"] = _directory.Path } };
        var series = await new CsvDirectoryBarSource(options, new InstrumentTable(), new TradingCalendars()).LoadAsync(new("KO", "polygon"));
        var start = (DateTimeOffset.Parse(day + "T00:00:00Z", CultureInfo.InvariantCulture) - DateTimeOffset.UnixEpoch).Ticks / 10;
        var config = new SimulationConfig { Start = start, End = start + 1440 * TestTime.Minute, InitialCash = SimulationConfig.MoneyUnit, ExtendedHours = extended };
        var cursor = new Simulation(config, [series!]).CreateCursor();
        var ticks = new List<Tick>();
        while (cursor.MoveNext()) ticks.Add(cursor.Current);
        return ticks;
    }
}
