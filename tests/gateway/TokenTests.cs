using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Trading.Gateway.Auth;

namespace Trading.Gateway.Tests;

public sealed class TokenTests
{
    private static readonly Identity Someone = new("user_7f3a", "professional", "key-1");
    private readonly ManualTime _time = new();

    private TokenService Service(string active = "k1", int maximumBytes = 4_096) => new(
        Options.Create(new GatewayOptions
        {
            SigningKeys = new() { ["k1"] = Convert.ToBase64String(TestGateway.Key(1)), ["k2"] = Convert.ToBase64String(TestGateway.Key(2)) },
            ActiveKeyId = active,
            MaximumTokenBytes = maximumBytes,
        }),
        _time);

    private static string Part(string json) => StrictBase64Url.Encode(Encoding.UTF8.GetBytes(json));

    private string Signed(string header, string claims) => Signed(Part(header) + "." + Part(claims));

    private static string Signed(string input) => input + "." + StrictBase64Url.Encode(TokenService.Sign(TestGateway.Key(1), input));

    private string Claims(string more = "") => $$"""{"sub":"u","plan":"free","key_id":"k","iat":{{_time.GetUtcNow().ToUnixTimeSeconds()}},"exp":{{_time.GetUtcNow().ToUnixTimeSeconds() + 60}}{{more}}}""";

    private const string Header = """{"alg":"HS256","typ":"JWT","kid":"k1"}""";

    [Fact]
    [Trait("req", "SIM-037")]
    public void The_signature_is_that_of_RFC_7515_appendix_A_1()
    {
        var key = StrictBase64Url.Decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
        const string input = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        Assert.Equal("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", StrictBase64Url.Encode(TokenService.Sign(key, input)));
    }

    [Fact]
    [Trait("req", "SIM-037")]
    public void The_signature_is_that_of_RFC_7520_section_4_4()
    {
        var key = StrictBase64Url.Decode("hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg");
        const string input = "eyJhbGciOiJIUzI1NiIsImtpZCI6IjAxOGMwYWU1LTRkOWItNDcxYi1iZmQ2LWVlZjMxNGJjNzAzNyJ9.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4";
        Assert.Equal("s0h6KThzkfBBBkLspW1h84VsJZFTsPPqMDA7g1Md7p0", StrictBase64Url.Encode(TokenService.Sign(key, input)));
    }

    [Fact]
    [Trait("req", "SIM-035")]
    [Trait("req", "SIM-036")]
    public void A_token_holds_for_3600_seconds_and_no_longer()
    {
        var service = Service();
        var token = service.Issue(Someone);
        Assert.Equal(3_600, service.LifetimeSeconds);
        _time.Advance(TimeSpan.FromSeconds(3_599));
        Assert.Equal(Someone, service.Verify(token));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(service.Verify(token));
    }

    [Fact]
    [Trait("req", "SIM-037")]
    public void The_header_names_type_algorithm_and_key()
    {
        var header = Encoding.UTF8.GetString(StrictBase64Url.Decode(Service().Issue(Someone).Split('.')[0])!);
        Assert.Equal(Header, header);
    }

    [Fact]
    public void Rotation_signs_with_the_new_key_and_still_accepts_the_old_one()
    {
        var old = Service("k1").Issue(Someone);
        var rotated = Service("k2");
        Assert.NotEqual(old, rotated.Issue(Someone));
        Assert.Equal(Someone, rotated.Verify(old));
        Assert.Equal(Someone, rotated.Verify(rotated.Issue(Someone)));
    }

    [Theory]
    [InlineData("""{"alg":"none","typ":"JWT","kid":"k1"}""")]
    [InlineData("""{"alg":"None","typ":"JWT","kid":"k1"}""")]
    [InlineData("""{"alg":"RS256","typ":"JWT","kid":"k1"}""")]
    [InlineData("""{"alg":"HS512","typ":"JWT","kid":"k1"}""")]
    [InlineData("""{"alg":"hs256","typ":"JWT","kid":"k1"}""")]
    [InlineData("""{"typ":"JWT","kid":"k1"}""")]
    [InlineData("""{"alg":"HS256","kid":"k1"}""")]
    [InlineData("""{"alg":"HS256","typ":"JOSE","kid":"k1"}""")]
    [InlineData("""{"alg":"HS256","typ":"JWT"}""")]
    [InlineData("""{"alg":"HS256","typ":"JWT","kid":"k9"}""")]
    [InlineData("""{"alg":"HS256","typ":"JWT","kid":1}""")]
    [InlineData("""{"alg":"HS256","typ":"JWT","kid":"k1","crit":["exp"]}""")]
    [InlineData("""{"alg":"none","alg":"HS256","typ":"JWT","kid":"k1"}""")]
    [InlineData("""{"alg":"HS256","typ":"JWT","kid":"k1"} """ + "x")]
    [InlineData("""["HS256"]""")]
    [InlineData("")]
    public void Any_other_header_is_refused_even_when_the_signature_holds(string header)
    {
        Assert.NotNull(Service().Verify(Signed(Header, Claims())));
        Assert.Null(Service().Verify(Signed(header, Claims())));
    }

    [Theory]
    [InlineData("\"exp\"", "\"expires\"")]
    [InlineData("\"iat\"", "\"issued\"")]
    [InlineData("\"sub\"", "\"subject\"")]
    [InlineData("\"plan\"", "\"tier\"")]
    [InlineData("\"key_id\"", "\"kid\"")]
    [InlineData("\"sub\":\"u\"", "\"sub\":\"\"")]
    [InlineData("\"sub\":\"u\"", "\"sub\":7")]
    [InlineData("\"sub\":\"u\"", "\"sub\":\"u\",\"sub\":\"v\"")]
    [InlineData("\"exp\":", "\"nbf\":99999999999,\"exp\":")]
    [InlineData("\"iat\":", "\"iat\":9")]
    public void Missing_doubled_or_impossible_claims_are_refused(string good, string bad)
    {
        Assert.Contains(good, Claims(), StringComparison.Ordinal);
        Assert.Null(Service().Verify(Signed(Header, Claims().Replace(good, bad, StringComparison.Ordinal))));
    }

    [Fact]
    public void An_expiry_that_is_no_whole_number_is_refused() =>
        Assert.Null(Service().Verify(Signed(Header, """{"sub":"u","plan":"free","key_id":"k","iat":0,"exp":"9999999999"}""")));

    [Fact]
    public void Every_changed_character_breaks_a_token()
    {
        var service = Service();
        var token = service.Issue(Someone);
        for (var i = 0; i < token.Length; i++)
        {
            foreach (var other in "AQgw0_-.=+/ ")
            {
                if (token[i] == other) continue;
                Assert.Null(service.Verify(token[..i] + other + token[(i + 1)..]));
            }

            Assert.Null(service.Verify(token.AsSpan(0, i)));
            Assert.Null(service.Verify(token.Remove(i, 1)));
        }

        Assert.Null(service.Verify(token + "."));
        Assert.Null(service.Verify("." + token));
        Assert.Null(service.Verify(token + "="));
        Assert.Null(service.Verify(token + ".x"));
    }

    [Fact]
    public void A_token_longer_than_the_limit_is_refused_unread()
    {
        var token = Service().Issue(Someone);
        Assert.Null(Service(maximumBytes: token.Length - 1).Verify(token));
        Assert.NotNull(Service(maximumBytes: token.Length).Verify(token));
    }

    [Theory]
    [InlineData("AA", true)]
    [InlineData("AB", false)]
    [InlineData("AAA", true)]
    [InlineData("AAB", false)]
    [InlineData("AAAA", true)]
    [InlineData("A", false)]
    [InlineData("AAAAA", false)]
    [InlineData("AA==", false)]
    [InlineData("A A", false)]
    [InlineData("A+/A", false)]
    [InlineData("A-_A", true)]
    [InlineData("", true)]
    public void Base64url_has_one_spelling_per_value(string text, bool accepted) => Assert.Equal(accepted, StrictBase64Url.Decode(text) is not null);

    [Theory]
    [InlineData("SigningKeys is empty")]
    [InlineData("is not base64", "SigningKeys:k1", "***")]
    [InlineData("must have at least 32", "SigningKeys:k1", "AAAA")]
    [InlineData("must name one of SigningKeys", "SigningKeys:k1", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "ActiveKeyId", "k2")]
    [InlineData("SendTimeoutSeconds is 0; it must be from 1 to 600", "SigningKeys:k1", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "SendTimeoutSeconds", "0")]
    public void A_wrong_setting_names_itself_and_the_rule(string rule, params string[] settings)
    {
        var options = new GatewayOptions
        {
            SigningKeys = settings.Length >= 2 ? new() { ["k1"] = settings[1] } : [],
            ActiveKeyId = settings is [_, _, "ActiveKeyId", var active] ? active : null,
            SendTimeoutSeconds = settings is [_, _, "SendTimeoutSeconds", _] ? 0 : 30,
        };
        var result = new GatewayOptionsValidator().Validate(null, options);
        Assert.Contains(rule, string.Join("; ", result.Failures ?? []), StringComparison.Ordinal);
    }

    [Theory]
    [Trait("req", "SIM-025")]
    [InlineData("?token=abc", "abc", "")]
    [InlineData("?token=abc&error_types=core", "abc", "?error_types=core")]
    [InlineData("?a=1&token=a%2Eb&b=2", "a.b", "?a=1&b=2")]
    [InlineData("?%74oken=abc", "abc", "")]
    [InlineData("?TOKEN=abc&token=def", "abc", "")]
    [InlineData("?token", "", "")]
    [InlineData("?tokens=1", null, "?tokens=1")]
    public void The_token_is_taken_out_of_the_query(string query, string? token, string rest)
    {
        Assert.Equal(token, TokenScrubbingContextFactory.Take(query, out var left));
        Assert.Equal(rest, left);
    }

    [Fact]
    public void Signing_agrees_with_the_framework()
    {
        var key = TestGateway.Key(9);
        Assert.Equal(HMACSHA256.HashData(key, "a.b"u8.ToArray()), TokenService.Sign(key, "a.b"));
    }
}
