using System.Net;
using System.Text.Json;
using Trading.MarketData.Candles;

namespace Trading.EndToEnd.Tests.Data;

/// <summary>The analysis of stored minutes over real HTTP.</summary>
[Collection(DataTests.Name)]
public sealed class CompletenessTests(DataService service)
{
    [Fact]
    [Trait("req", "OHLCV-099")]
    [Trait("req", "OHLCV-100")]
    [Trait("req", "OHLCV-101")]
    [Trait("req", "OHLCV-102")]
    [Trait("req", "OHLCV-103")]
    [Trait("req", "OHLCV-105")]
    [Trait("req", "OHLCV-106")]
    [Trait("req", "OHLCV-107")]
    [Trait("req", "OHLCV-110")]
    public async Task Days_of_a_complete_and_of_an_absent_symbol_are_counted_by_the_calendar()
    {
        // 2024-07-03 is a half day, 2024-07-04 a holiday; of the fifth nothing is stored
        var answer = await service.PostAsync("/data-analysis/completeness", """{"symbols":["NVDA","NONE"],"start_date":"2024-07-03","end_date":"2024-07-07"}""");
        Assert.Equal(["analysis_period", "symbol_completeness", "overall_statistics", "symbols_needing_attention", "recommendations"], DataService.Names(answer));
        Assert.Equal("""{"start_date":"2024-07-03","end_date":"2024-07-07"}""", answer.GetProperty("analysis_period").GetRawText());
        var nvda = answer.GetProperty("symbol_completeness").GetProperty("NVDA");
        Assert.Equal(
            ["total_trading_days", "valid_days", "invalid_days", "completeness_percentage", "total_expected_candles", "total_actual_candles", "missing_candles", "validation_results"],
            DataService.Names(nvda));
        Assert.Equal((2, 1, 1, "35.0", 600, 210, 390), (Number(nvda, "total_trading_days"), Number(nvda, "valid_days"), Number(nvda, "invalid_days"), nvda.GetProperty("completeness_percentage").GetRawText(), Number(nvda, "total_expected_candles"), Number(nvda, "total_actual_candles"), Number(nvda, "missing_candles")));
        Assert.Equal("""{"date":"2024-07-03","is_valid":true,"is_half_day":true,"expected_candles":210,"actual_candles":210,"missing_candles":0,"gaps":[]}""", nvda.GetProperty("validation_results")[0].GetRawText());
        Assert.Equal("0.0", answer.GetProperty("symbol_completeness").GetProperty("NONE").GetProperty("completeness_percentage").GetRawText());
        Assert.Equal(
            """{"total_symbols":2,"total_trading_days":4,"total_valid_days":1,"overall_completeness_percentage":17.5,"total_expected_candles":1200,"total_actual_candles":210,"total_missing_candles":990}""",
            answer.GetProperty("overall_statistics").GetRawText());
        Assert.Equal(["NVDA", "NONE"], answer.GetProperty("symbols_needing_attention").EnumerateArray().Select(symbol => symbol.GetString()));
        Assert.Equal("""["2 of 2 symbols are below 95 %","Run a full data update for these symbols"]""", answer.GetProperty("recommendations").GetRawText());
    }

    [Fact]
    [Trait("req", "OHLCV-108")]
    [Trait("req", "OHLCV-109")]
    public async Task Without_details_there_are_figures_only()
    {
        var answer = await service.PostAsync("/data-analysis/completeness", """{"symbols":["NVDA"],"start_date":"2024-07-15","end_date":"2024-07-16","include_details":false}""");
        var nvda = answer.GetProperty("symbol_completeness").GetProperty("NVDA");
        Assert.Equal(("100.0", "[]"), (nvda.GetProperty("completeness_percentage").GetRawText(), nvda.GetProperty("validation_results").GetRawText()));
        Assert.Equal(("[]", "[]"), (answer.GetProperty("symbols_needing_attention").GetRawText(), answer.GetProperty("recommendations").GetRawText()));
    }

    [Fact]
    [Trait("req", "OHLCV-108")]
    [Trait("req", "OHLCV-111")]
    public async Task A_weekend_expects_nothing_and_is_complete()
    {
        var answer = await service.PostAsync("/data-analysis/completeness", """{"symbols":["NONE"],"start_date":"2024-07-13","end_date":"2024-07-14"}""");
        var symbol = answer.GetProperty("symbol_completeness").GetProperty("NONE");
        Assert.Equal((0, 0, "100.0"), (Number(symbol, "total_trading_days"), Number(symbol, "total_expected_candles"), symbol.GetProperty("completeness_percentage").GetRawText()));
        Assert.Equal("100.0", answer.GetProperty("overall_statistics").GetProperty("overall_completeness_percentage").GetRawText());
        Assert.Equal(("[]", "[]"), (answer.GetProperty("symbols_needing_attention").GetRawText(), answer.GetProperty("recommendations").GetRawText()));
    }

    [Fact]
    [Trait("req", "OHLCV-112")]
    public async Task A_gap_is_shown_with_its_request_and_after_filling_the_figures_are_whole()
    {
        var whole = StoredBars.Minutes("HOLE", ("2024-07-16", "13:30", 390));
        service.Vendor.Put("HOLE", whole);
        var store = StoredBars.Open(service.Process.DataFolder);
        await StoredBars.PutAsync(store, "HOLE", CandleColumns.Concat([whole.Slice(0, 100), whole.Slice(130, 260)]), Timeframe.OneMinute);
        const string body = """{"symbols":["HOLE"],"start_date":"2024-07-16","end_date":"2024-07-16"}""";
        var before = (await service.PostAsync("/data-analysis/completeness", body)).GetProperty("symbol_completeness").GetProperty("HOLE");
        var gap = Assert.Single(Assert.Single(before.GetProperty("validation_results").EnumerateArray()).GetProperty("gaps").EnumerateArray());
        Assert.Equal(("2024-07-16T15:10:00Z", "2024-07-16T15:40:00Z", 30), (gap.GetProperty("start").GetString(), gap.GetProperty("end").GetString(), Number(gap, "missing_candles")));
        Assert.DoesNotContain(service.Vendor.Key, gap.ToString(), StringComparison.Ordinal);

        var after = (await service.PostAsync("/data-analysis/completeness", body.Replace("}", ",\"auto_fill_gaps\":true}", StringComparison.Ordinal))).GetProperty("symbol_completeness").GetProperty("HOLE");
        Assert.Equal(("100.0", 390, 0), (after.GetProperty("completeness_percentage").GetRawText(), Number(after, "total_actual_candles"), Number(after, "missing_candles")));
        var fill = after.GetProperty("gap_fill");
        Assert.Equal((1, 1, "100.0", 30, 30), (Number(fill, "gaps_found"), Number(fill, "gaps_filled"), fill.GetProperty("success_rate").GetRawText(), Number(fill, "candles_missing"), Number(fill, "candles_filled")));
        Assert.Equal(390, (await service.GetAsync("/trading-data/data/HOLE")).GetProperty("pagination").GetProperty("total_items").GetInt32());
    }

    [Fact]
    [Trait("req", "OHLCV-113")]
    public async Task No_symbols_or_reversed_dates_are_refused()
    {
        foreach (var body in new[] { """{"symbols":[],"start_date":"2024-07-15","end_date":"2024-07-16"}""", """{"symbols":["NVDA"],"start_date":"2024-07-16","end_date":"2024-07-15"}""" })
        {
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await service.SendAsync(HttpMethod.Post, "/data-analysis/completeness", body)).Status);
        }
    }

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();
}
