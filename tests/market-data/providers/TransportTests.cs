using System.Globalization;
using Trading.MarketData.Providers;
using Trading.Storage.Tests.Faults;
using Trading.Testing.Vendors;

namespace Trading.MarketData.Tests.Providers;

/// <summary>What a network does to answers.</summary>
public sealed class TransportTests
{
    private const string Body = """[{"date":"2024-07-16T13:30:00.000Z","open":10,"high":11,"low":9,"close":10.5,"volume":100}]""";
    private static readonly MinuteRequest Day = Vendors.Equity("2024-07-16 04:00", "2024-07-17 04:00");

    public static TheoryData<string> Cuts => ["length", "close", "gzip", "hang-up", "chunk"];

    [Theory]
    [MemberData(nameof(Cuts))]
    [Trait("req", "OHLCV-167")]
    public async Task An_answer_that_ends_in_the_middle_is_a_temporary_failure_and_never_half_a_day(string cut)
    {
        await using var server = StubServer.Of(cut switch
        {
            "length" => StubAnswer.Json(Body).CutShort(20),
            "close" => StubAnswer.UntilClose(Body[..^20]),
            "gzip" => StubAnswer.Gzip(Body).CutShort(12),
            "hang-up" => StubAnswer.HangUp,
            _ => new StubAnswer("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n[{\"date\":\"2024-0\r\n"u8.ToArray(), true, Task.CompletedTask),
        });
        Assert.Equal(FailureKind.Temporary, (await AskAsync(server)).Failure?.Kind);
    }

    [Fact]
    public async Task A_compressed_body_that_is_short_though_its_length_is_right_is_temporary_too()
    {
        var whole = StubAnswer.Gzip(Body);
        var packed = whole.Bytes[^(whole.Bytes.Length - System.Text.Encoding.ASCII.GetString(whole.Bytes).IndexOf("\r\n\r\n", StringComparison.Ordinal) - 4)..];
        await using var server = StubServer.Of(StubAnswer.Of(200, "application/json", packed[..^15], "Content-Encoding: gzip"));
        Assert.Equal(FailureKind.Temporary, (await AskAsync(server)).Failure?.Kind);
    }

    [Fact]
    [Trait("req", "OHLCV-167")]
    public async Task Nobody_listening_is_a_temporary_failure_that_names_the_provider()
    {
        using var table = Vendors.Table("tiingo", "http://127.0.0.1:9");
        var failure = (await table.InOrder.Single().FetchMinutesAsync(Day, null, default)).Failure;
        Assert.Equal(FailureKind.Temporary, failure?.Kind);
        Assert.StartsWith("tiingo: the connection failed: ", failure?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_compressed_answer_is_read()
    {
        await using var server = StubServer.Of(StubAnswer.Gzip(Body));
        Assert.Equal(1, (await AskAsync(server)).Value?.Candles.Count);
        Assert.Contains("gzip", server.Request["Accept-Encoding"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("")]
    [Trait("req", "OHLCV-173")]
    public async Task Data_under_a_wrong_content_type_are_still_data(string type)
    {
        await using var server = StubServer.Of(StubAnswer.Of(200, type, "\uFEFF \r\n" + Body));
        Assert.Equal(1, (await AskAsync(server)).Value?.Candles.Count);
    }

    [Fact]
    public async Task A_body_beyond_every_measure_is_given_up_before_it_fills_the_memory()
    {
        await using var server = StubServer.Of(StubAnswer.Gzip(new string(' ', (64 << 20) + 1)));
        var failure = (await AskAsync(server)).Failure;
        Assert.Equal(FailureKind.Malformed, failure?.Kind);
        Assert.Contains("larger than 64 MB", failure?.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    [Trait("req", "OHLCV-015")]
    public async Task A_redirect_is_not_followed_so_no_key_goes_to_another_host(int status)
    {
        await using var thief = StubServer.Of(StubAnswer.Json(Body));
        await using var server = StubServer.Of(StubAnswer.Of(status, "text/html", "", $"Location: {thief.BaseUrl}/collect?k=1"));
        var failure = (await AskAsync(server)).Failure;
        Assert.Equal((FailureKind.Malformed, status), (failure?.Kind, failure?.Status));
        Assert.Empty(thief.Requests);
    }

    [Fact]
    [Trait("req", "OHLCV-167")]
    public async Task A_vendor_that_is_silent_is_given_up_after_the_timeout_of_the_settings()
    {
        var time = new ManualTime();
        var asked = new TaskCompletionSource();
        await using var server = new StubServer(_ =>
        {
            asked.SetResult();
            return StubAnswer.Silence;
        });
        using var table = Vendors.Table("tiingo", server.BaseUrl, time);
        var answer = table.InOrder.Single().FetchMinutesAsync(Day, null, default);
        await asked.Task;
        time.Advance(TimeSpan.FromSeconds(19));
        Assert.False(answer.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        var failure = (await answer).Failure;
        Assert.Equal(FailureKind.Temporary, failure?.Kind);
        Assert.Contains("no answer within 20 s", failure?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_stops_coming_is_given_up_as_well()
    {
        var time = new ManualTime();
        var sent = StubAnswer.Json(Body);
        await using var server = StubServer.Of(sent with { Bytes = sent.Bytes[..^20] });
        using var table = Vendors.Table("tiingo", server.BaseUrl, time);
        var answer = table.InOrder.Single().FetchMinutesAsync(Day, null, default);
        while (!answer.IsCompleted)
        {
            await Task.Yield();
            if (server.Requests.Count > 0) time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(FailureKind.Temporary, (await answer).Failure?.Kind);
    }

    [Fact]
    public async Task The_caller_ends_a_request_and_hears_of_it_as_cancellation()
    {
        using var end = new CancellationTokenSource();
        await using var server = new StubServer(_ =>
        {
            end.Cancel();
            return StubAnswer.Silence;
        });
        using var table = Vendors.Table("tiingo", server.BaseUrl);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => table.InOrder.Single().FetchMinutesAsync(Day, null, end.Token));
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("Tue, 03 Feb 2026 09:00:30 GMT", 30)]
    [InlineData("Tue, 03 Feb 2026 08:59:00 GMT", 0)]
    [InlineData("soon", null)]
    [InlineData("-5", null)]
    [Trait("req", "OHLCV-164")]
    public async Task Retry_after_is_understood_in_seconds_and_as_a_date(string header, int? seconds)
    {
        // the manual clock stands at 2026-02-03 09:00:00Z
        await using var server = StubServer.Of(StubAnswer.Of(429, "", "", string.Create(CultureInfo.InvariantCulture, $"Retry-After: {header}")));
        using var table = Vendors.Table("polygon", server.BaseUrl, new ManualTime());
        var failure = (await table.InOrder.Single().FetchMinutesAsync(Day, null, default)).Failure;
        Assert.Equal((FailureKind.RateLimited, seconds), (failure?.Kind, (int?)failure?.RetryAfter?.TotalSeconds));
    }

    private static async Task<ProviderAnswer<MinutePage>> AskAsync(StubServer server)
    {
        using var table = Vendors.Table("tiingo", server.BaseUrl);
        return await table.InOrder.Single().FetchMinutesAsync(Day, null, default);
    }
}
