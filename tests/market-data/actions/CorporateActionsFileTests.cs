using Trading.MarketData.Actions;

namespace Trading.MarketData.Tests.Actions;

public sealed class CorporateActionsFileTests
{
    private const long Unit = 100_000_000;

    [Fact]
    public void Csv_and_json_tables_of_several_symbols_are_read_alike()
    {
        var csv = CorporateActionsFile.Parse("\uFEFFsymbol,ex_date,kind,from,to,cash\r\nKO,2024-06-14,dividend,,,0.485\r\nAAPL,2020-08-31,split,1,4,\r\n\r\nAAPL,2020-08-07,dividend,,,0.82\r\nAAPL,2014-06-09,split,1,7,\r\n", "t.csv");
        var json = CorporateActionsFile.Parse(
            """
            [{"symbol":"AAPL","splits":[{"ex_date":"2014-06-09","from":"1","to":"7"},{"ex_date":"2020-08-31","from":"1","to":"4"}],"dividends":[{"ex_date":"2020-08-07","cash":"0.82"}]},
             {"symbol":"KO","dividends":[{"ex_date":"2024-06-14","cash":"0.485"}]}]
            """,
            "t.json");
        Assert.Equal(["AAPL", "KO"], csv.Select(table => table.Symbol));
        Assert.Equal(csv.Select(table => table.Stamp()), json.Select(table => table.Stamp()));
        Assert.Equal([new(new(2014, 6, 9), Unit, 7 * Unit), new(new(2020, 8, 31), Unit, 4 * Unit)], csv[0].Splits);
        Assert.Equal([new(new(2024, 6, 14), 48_500_000)], csv[1].Dividends);
    }

    [Fact]
    public void Two_dividends_of_one_day_are_one_payment()
    {
        var table = Assert.Single(CorporateActionsFile.Parse("symbol,ex_date,kind,from,to,cash\nKO,2024-06-14,dividend,,,0.5\nKO,2024-06-14,dividend,,,2\n", "t.csv"));
        Assert.Equal([new(new(2024, 6, 14), 250_000_000)], table.Dividends);
    }

    [Theory]
    [InlineData("", "t.csv line 1: expected the header")]
    [InlineData("symbol,ex_date,kind,from,to,cash\nKO,2024-06-14,dividend,,0.5", "t.csv line 2: expected 6 cells, found 5")]
    [InlineData("symbol,ex_date,kind,from,to,cash\nKO,14.06.2024,dividend,,,0.5", "t.csv line 2: ex_date is '14.06.2024'")]
    [InlineData("symbol,ex_date,kind,from,to,cash\nKO,2024-06-14,bonus,,,0.5", "t.csv line 2: kind is 'bonus'")]
    [InlineData("symbol,ex_date,kind,from,to,cash\nKO,2024-06-14,dividend,,,-0.5", "t.csv line 2: cash is '-0.5'")]
    [InlineData("symbol,ex_date,kind,from,to,cash\nKO,2024-06-14,dividend,,,0.123456789", "t.csv line 2: cash is '0.123456789'")]
    [InlineData("symbol,ex_date,kind,from,to,cash\nKO,2024-06-14,split,0,2,", "t.csv line 2: from is '0'")]
    [InlineData("symbol,ex_date,kind,from,to,cash\nKO,2024-06-14,split,1,2,3", "t.csv line 2: a split has no cash")]
    [InlineData("symbol,ex_date,kind,from,to,cash\n../KO,2024-06-14,split,1,2,", "t.csv line 2: symbol:")]
    [InlineData("symbol,ex_date,kind,from,to,cash\nKO,2024-06-14,split,1,2,\nKO,2024-06-14,split,1,3,", "KO has two splits on 2024-06-14")]
    [InlineData("""{"symbol":"KO","splits":[{"ex_date":"2024-06-14","from":"1"}]}""", "KO splits[0]: to is ''")]
    [InlineData("""{"symbol":"KO","split":[]}""", "t.csv:")]
    public void A_wrong_table_names_place_value_and_rule(string text, string said)
    {
        Assert.Contains(said, Assert.Throws<FormatException>(() => CorporateActionsFile.Parse(text, "t.csv")).Message, StringComparison.Ordinal);
    }
}
