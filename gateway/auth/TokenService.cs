using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Orleans.Runtime;
using Trading.GrainInterfaces;

namespace Trading.Gateway.Auth;

/// <summary>Who a token speaks for.</summary>
/// <param name="UserId">Claim <c>sub</c>.</param>
/// <param name="Plan">Claim <c>plan</c>.</param>
/// <param name="KeyId">Claim <c>key_id</c>: the API key the token was made from.</param>
public sealed record Identity(string UserId, string Plan, string KeyId)
{
    /// <summary>
    /// From here on every grain call of the calling method carries the user, and the silo lets it reach this user's grains only (SIM-045). The mark flows into what
    /// the method calls and never back to its caller, so the method that calls the grains sets it.
    /// </summary>
    internal void MarkCalls() => RequestContext.Set(CallContext.Tenant, UserId);
}

/// <summary>
/// Issues and checks JSON Web Tokens with HMAC-SHA-256 (RFC 7515, RFC 7518 section 3.2, RFC 7519). A check needs no look-up anywhere (SIM-036) and accepts one
/// spelling only: three parts, <c>alg</c> HS256, <c>typ</c> JWT, a known <c>kid</c>, every claim present once.
/// </summary>
public sealed class TokenService
{
    private readonly Dictionary<string, byte[]> _keys = new(StringComparer.Ordinal);
    private readonly GatewayOptions _options;
    private readonly TimeProvider _time;

    public TokenService(IOptions<GatewayOptions> options, TimeProvider time)
    {
        _options = options.Value;
        _time = time;
        foreach (var (id, key) in _options.SigningKeys) _keys.Add(id, Convert.FromBase64String(key));
    }

    /// <summary>Life of a new token in seconds.</summary>
    public int LifetimeSeconds => _options.TokenLifetimeSeconds;

    /// <summary>A token for an identity, valid from now on for <see cref="LifetimeSeconds"/>.</summary>
    public string Issue(Identity identity)
    {
        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        var header = Part(writer =>
        {
            writer.WriteString("alg"u8, "HS256"u8);
            writer.WriteString("typ"u8, "JWT"u8);
            writer.WriteString("kid"u8, _options.ActiveKeyId);
        });
        var claims = Part(writer =>
        {
            writer.WriteString("sub"u8, identity.UserId);
            writer.WriteString("plan"u8, identity.Plan);
            writer.WriteString("key_id"u8, identity.KeyId);
            writer.WriteNumber("iat"u8, now);
            writer.WriteNumber("exp"u8, now + LifetimeSeconds);
        });
        var signed = header + "." + claims;
        return signed + "." + StrictBase64Url.Encode(Sign(_keys[_options.ActiveKeyId!], signed));
    }

    /// <summary>The identity a token speaks for; null when it is malformed, wrongly signed, expired, or not yet issued.</summary>
    public Identity? Verify(ReadOnlySpan<char> token)
    {
        if (token.Length == 0 || token.Length > _options.MaximumTokenBytes) return null;
        var first = token.IndexOf('.');
        var last = token.LastIndexOf('.');
        if (first <= 0 || last <= first + 1 || last == token.Length - 1 || token[(first + 1)..last].Contains('.')) return null;
        if (StrictBase64Url.Decode(token[..first]) is not { } header || StrictBase64Url.Decode(token[(first + 1)..last]) is not { } claims
            || StrictBase64Url.Decode(token[(last + 1)..]) is not { } signature) return null;
        if (ReadMembers(header) is not { } head || !IsText(head, "alg", "HS256") || !IsText(head, "typ", "JWT") || head.ContainsKey("crit")) return null;
        if (!head.TryGetValue("kid", out var kid) || kid is not string id || !_keys.TryGetValue(id, out var key)) return null;
        if (!CryptographicOperations.FixedTimeEquals(Sign(key, token[..last]), signature)) return null;
        return ReadMembers(claims) is { } members ? Check(members) : null;
    }

    /// <summary>HMAC-SHA-256 of the ASCII signing input (RFC 7518 section 3.2).</summary>
    internal static byte[] Sign(ReadOnlySpan<byte> key, ReadOnlySpan<char> signingInput)
    {
        var bytes = new byte[Encoding.ASCII.GetByteCount(signingInput)];
        Encoding.ASCII.GetBytes(signingInput, bytes);
        return HMACSHA256.HashData(key, bytes);
    }

    private Identity? Check(Dictionary<string, object?> members)
    {
        if (!members.TryGetValue("exp", out var end) || end is not long expires || !members.TryGetValue("iat", out var start) || start is not long issued) return null;
        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        // another node's clock may be slightly ahead of ours
        const int Skew = 60;
        if (now >= expires || issued > now + Skew || expires <= issued) return null;
        if (members.TryGetValue("nbf", out var from) && (from is not long notBefore || notBefore > now + Skew)) return null;
        if (Text(members, "sub") is not { Length: > 0 } user || Text(members, "plan") is not { Length: > 0 } plan || Text(members, "key_id") is not { } keyId) return null;
        return new Identity(user, plan, keyId);
    }

    private static string? Text(Dictionary<string, object?> members, string name) => members.TryGetValue(name, out var value) ? value as string : null;

    private static bool IsText(Dictionary<string, object?> members, string name, string wanted) => Text(members, name) == wanted;

    /// <summary>The members of a flat object: texts, whole numbers, and null for anything else; null when it is none or a name comes twice.</summary>
    private static Dictionary<string, object?>? ReadMembers(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return null;
            var members = new Dictionary<string, object?>(StringComparer.Ordinal);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                reader.Read();
                object? value = reader.TokenType switch
                {
                    JsonTokenType.String => reader.GetString(),
                    JsonTokenType.Number when reader.TryGetInt64(out var number) => number,
                    _ => null,
                };
                reader.Skip();
                if (!members.TryAdd(name, value)) return null;
            }

            return reader.Read() ? null : members;
        }
        catch (JsonException)
        {
            return null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static string Part(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return StrictBase64Url.Encode(stream.ToArray());
    }
}
