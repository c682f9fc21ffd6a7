using System.Text;
using Trading.MarketData.Providers;
using Trading.MarketData.Providers.Http;
using Trading.Testing.Vendors;

namespace Trading.MarketData.Tests.Providers;

/// <summary>Keys go to the vendor and nowhere else (OHLCV-015, OHLCV-116).</summary>
public sealed class KeyTests
{
    private const string OddKey = "a+b/c=d&e?f#g%20h";
    private static readonly MinuteRequest Day = Vendors.Equity("2024-07-16 04:00", "2024-07-17 04:00");

    public static TheoryData<string> Names => [.. Vendors.Names];

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("req", "OHLCV-015")]
    [Trait("req", "OHLCV-116")]
    public async Task Nothing_that_a_client_yields_holds_a_key_even_when_the_vendor_repeats_it(string name)
    {
        string[] secrets = name == "alpaca" ? [Vendors.Key, Vendors.Secret] : [Vendors.Key];
        var bodies = new Func<string, string>[]
        {
            key => $"{{\"error\":\"Unknown key {key}\",\"message\":\"Unknown key {key}\",\"detail\":\"{key}\",\"Error Message\":\"Invalid API KEY {key}\"}}",
            key => $"You sent {Uri.EscapeDataString(key)} to us",
            key => $"{{\"status\":\"OK\",\"ticker\":\"{key}\",\"results\":[]}}",
            key => $"{{\"symbol\":\"{key}\",\"historical\":[]}}",
            key => $"{{\"status\":\"OK\",\"results\":[{{\"t\":\"{key}\",\"o\":1,\"h\":1,\"l\":1,\"c\":1,\"v\":1}}],\"next_url\":\"/v2/aggs/ticker/AAPL/range/1/minute/1/2?cursor={key}&apiKey={key}\"}}",
            key => $"{{\"bars\":{{}},\"next_page_token\":\"{key}\"}}",
            key => $"[{{\"date\":\"{key}\",\"open\":1,\"high\":1,\"low\":1,\"close\":1,\"volume\":1}}]",
            key => Convert.ToBase64String(Encoding.UTF8.GetBytes(key)),
        };
        foreach (var (status, body, secret) in from status in new[] { 200, 302, 401, 403, 429, 500 } from body in bodies from secret in secrets select (status, body(secret), secret))
        {
            await using var server = StubServer.Of(StubAnswer.Of(status, "application/json", body, $"Location: https://{secret}.example/{secret}"));
            using var table = Vendors.Table(name, server.BaseUrl);
            var provider = table.InOrder.Single();
            var minutes = await provider.FetchMinutesAsync(Day, null, default);
            var actions = await provider.FetchActionsAsync(new ActionsRequest("AAPL", new DateOnly(2024, 1, 1), new DateOnly(2024, 12, 31)), null, default);
            var probe = await provider.ProbeAsync(default);
            string?[] yielded =
            [
                minutes.Failure?.ToString(), minutes.Value?.Continuation, .. minutes.Value?.RowsDropped ?? [],
                actions.Failure?.ToString(), actions.Value?.Continuation, .. actions.Value?.RowsDropped ?? [],
                probe?.ToString(), provider.Describe(Day), provider.ToString(), table.ToString(),
            ];
            var guard = new KeyGuard(secrets);
            Assert.All(yielded, text => Assert.False(guard.Leaks(text ?? ""), $"{status} {body}: {text}"));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("req", "OHLCV-015")]
    public async Task A_key_of_odd_characters_arrives_as_it_is_and_only_where_it_must(string name)
    {
        await using var vendor = new StubVendor(name, OddKey, OddKey);
        vendor.Put("AAPL", Vendors.Candles("2024-07-16 13:30", 3));
        var options = Vendors.Options(name, vendor.BaseUrl);
        Vendors.Account(options.Providers, name).ApiKey = OddKey;
        if (name == "alpaca") options.Providers.Alpaca.ApiSecret = OddKey;
        using var table = ProviderTable.Create(options, Vendors.Markets, TimeProvider.System);
        Assert.Equal(3, (await table.InOrder.Single().FetchMinutesAsync(Day, null, default)).Value?.Candles.Count);
        var isInAddress = vendor.Requests.Single().Line.Contains(Uri.EscapeDataString(OddKey), StringComparison.Ordinal);
        // Financial Modeling Prep takes it in the query only
        Assert.Equal(name == "financial_modeling_prep", isInAddress);
    }

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("req", "OHLCV-015")]
    public async Task A_connection_that_fails_tells_no_key(string name)
    {
        foreach (var answer in new[] { StubAnswer.HangUp, StubAnswer.Of(200, "", "[]", "Bad Header Line \u0001"), StubAnswer.Json("[]").CutShort(1) })
        {
            await using var server = StubServer.Of(answer);
            using var table = Vendors.Table(name, server.BaseUrl);
            var failure = (await table.InOrder.Single().FetchMinutesAsync(Day, null, default)).Failure;
            Assert.False(new KeyGuard(Vendors.Key, Vendors.Secret).Leaks(failure?.ToString() ?? ""));
        }
    }

    [Fact]
    [Trait("req", "OHLCV-015")]
    public void Keys_are_taken_out_in_every_spelling()
    {
        var guard = new KeyGuard(OddKey, "", "short");
        Assert.Equal("x *** y *** z *** short", guard.Clean($"x {OddKey} y {Uri.EscapeDataString(OddKey)}\r\nz {OddKey.ToUpperInvariant()} short"));
        Assert.False(guard.Leaks("nothing"));
    }
}
