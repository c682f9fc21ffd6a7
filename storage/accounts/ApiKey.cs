using System.Security.Cryptography;
using System.Text;

namespace Trading.Storage.Accounts;

/// <summary>
/// The text of an API key, <c>sk_live_{id}_{secret}</c>, and its salted hash. The id finds the key without a search; the secret has 256 bits,
/// so one fast hash is enough: guessing is hopeless with or without a slow one.
/// </summary>
internal static class ApiKey
{
    /// <summary>Marks keys for live use (SIM-027).</summary>
    public const string Prefix = "sk_live_";

    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int IdLength = 12;

    /// <summary>43 characters of a 62-letter alphabet hold just over 256 bits.</summary>
    private const int SecretLength = 43;

    public static string NewId() => RandomNumberGenerator.GetString(Alphabet, IdLength);

    public static string NewKey(string id) => $"{Prefix}{id}_{RandomNumberGenerator.GetString(Alphabet, SecretLength)}";

    public static byte[] NewSalt() => RandomNumberGenerator.GetBytes(16);

    public static byte[] Hash(string key, byte[] salt) => HMACSHA256.HashData(salt, Encoding.UTF8.GetBytes(key));

    /// <summary>The id inside a key, or null when the text does not have the shape of a key.</summary>
    public static string? IdOf(string? key)
    {
        const int Length = 8 + IdLength + 1 + SecretLength;
        if (key is not { Length: Length } || !key.StartsWith(Prefix, StringComparison.Ordinal) || key[Prefix.Length + IdLength] != '_')
            return null;
        return key.Substring(Prefix.Length, IdLength);
    }

    public static bool Matches(string key, byte[] salt, byte[] hash) => CryptographicOperations.FixedTimeEquals(Hash(key, salt), hash);
}
