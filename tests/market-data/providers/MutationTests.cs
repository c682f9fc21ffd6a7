using System.IO.Compression;
using System.Text;
using Trading.MarketData.Providers;
using Trading.Testing.Vendors;

namespace Trading.MarketData.Tests.Providers;

/// <summary>Damaged answers: whatever arrives becomes candles that can be or a failure, never an exception, and a part of an answer is never taken for the whole.</summary>
public sealed class MutationTests
{
    private static readonly MinuteRequest Day = Vendors.Equity("2024-07-16 13:30", "2024-07-16 20:00");
    private static readonly string[] Words = ["null", "[", "{}", "\"", "1e400", "-", "\\ud800", ",", "\u00fe", "next_url", "true", ":", "999999999999999999999", "\0"];

    public static TheoryData<string> Names => [.. Vendors.Names];

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("req", "OHLCV-174")]
    public async Task Any_damaged_answer_gives_sound_candles_or_a_failure(string name)
    {
        var random = new Random(20261121);
        var body = await RecordAsync(name);
        var current = StubAnswer.HangUp;
        await using var server = new StubServer(_ => current);
        using var table = Vendors.Table(name, server.BaseUrl);
        var provider = table.InOrder.Single();
        int failures = 0, pages = 0;
        for (var run = 0; run < 1000; run++)
        {
            var isPacked = random.Next(8) == 0;
            var damaged = Damage(isPacked ? Pack(body, run % 2 == 0) : body, random);
            current = StubAnswer.Of(random.Next(20) == 0 ? random.Next(200, 600) : 200, "application/json", damaged, isPacked ? [run % 2 == 0 ? "Content-Encoding: gzip" : "Content-Encoding: br"] : []);
            var answer = await provider.FetchMinutesAsync(Day, null, default);
            if (answer.Failure is { } failure)
            {
                failures++;
                Assert.InRange(failure.Message.Length, 1, 600);
                continue;
            }

            pages++;
            var candles = answer.Value!.Candles;
            Assert.Equal(-1, candles.FirstUnordered());
            for (var at = 0; at < candles.Count; at++)
            {
                Assert.InRange(candles.Time[at], Day.Start, Day.End - TestTime.Minute);
                Assert.True(candles.Low[at] > 0 && candles.Low[at] <= Math.Min(candles.Open[at], candles.Close[at]) && candles.High[at] >= Math.Max(candles.Open[at], candles.Close[at]) && candles.Volume[at] >= 0);
            }
        }

        // both must occur, or the damage is too rough or too mild to show anything
        Assert.True(failures > 50 && pages > 50, $"{failures} failures, {pages} pages");
    }

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("req", "OHLCV-167")]
    public async Task An_answer_cut_at_any_byte_is_a_temporary_failure(string name)
    {
        var body = (await RecordAsync(name)).AsMemory();
        var cut = 0;
        await using var server = new StubServer(_ => StubAnswer.Of(200, "application/json", body[..cut].ToArray()));
        using var table = Vendors.Table(name, server.BaseUrl);
        for (; cut < body.Length; cut++) Assert.Equal(FailureKind.Temporary, (await table.InOrder.Single().FetchMinutesAsync(Day, null, default)).Failure?.Kind);
        Assert.Equal(3, (await table.InOrder.Single().FetchMinutesAsync(Day, null, default)).Value?.Candles.Count);
    }

    [Fact]
    public async Task An_answer_nested_beyond_every_measure_is_malformed()
    {
        await using var server = StubServer.Of(StubAnswer.Json(new string('[', 100_000)));
        using var table = Vendors.Table("tiingo", server.BaseUrl);
        Assert.Equal(FailureKind.Malformed, (await table.InOrder.Single().FetchMinutesAsync(Day, null, default)).Failure?.Kind);
    }

    private static async Task<byte[]> RecordAsync(string name)
    {
        await using var vendor = new StubVendor(name);
        vendor.Put("AAPL", Vendors.Candles("2024-07-16 13:30", 3));
        using var table = Vendors.Table(name, vendor.BaseUrl);
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, table.InOrder.Single().Describe(Day)[4..] + (name == "financial_modeling_prep" ? $"&apikey={vendor.Key}" : ""));
        request.Headers.TryAddWithoutValidation("Authorization", name == "tiingo" ? $"Token {vendor.Key}" : $"Bearer {vendor.Key}");
        request.Headers.TryAddWithoutValidation("APCA-API-KEY-ID", vendor.Key);
        request.Headers.TryAddWithoutValidation("APCA-API-SECRET-KEY", vendor.Secret);
        using var response = await http.SendAsync(request);
        return await response.Content.ReadAsByteArrayAsync();
    }

    private static byte[] Pack(byte[] body, bool asGzip)
    {
        using var packed = new MemoryStream();
        using (Stream stream = asGzip ? new GZipStream(packed, CompressionLevel.Fastest) : new BrotliStream(packed, CompressionLevel.Fastest)) stream.Write(body);
        return packed.ToArray();
    }

    private static byte[] Damage(byte[] body, Random random)
    {
        var bytes = body.ToList();
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            var at = random.Next(bytes.Count);
            var length = Math.Min(random.Next(1, 12), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)('0' + random.Next(10)); break;
                case 2: bytes.RemoveRange(at, length); break;
                case 3: bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count - length), length)); break;
                case 4: bytes.InsertRange(at, Encoding.UTF8.GetBytes(Words[random.Next(Words.Length)])); break;
                default: (bytes[at], bytes[random.Next(bytes.Count)]) = (bytes[random.Next(bytes.Count)], bytes[at]); break;
            }

            if (bytes.Count == 0) bytes.Add((byte)' ');
        }

        return [.. bytes];
    }
}
