using System.Buffers;
using System.Buffers.Text;

namespace Trading.Gateway.Auth;

/// <summary>Base64url without padding (RFC 7515 section 2), with exactly one accepted spelling per value.</summary>
internal static class StrictBase64Url
{
    internal static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);

    /// <summary>Null for padding, white space, foreign characters, impossible lengths, and trailing bits that are not zero.</summary>
    internal static byte[]? Decode(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('-' or '_')) return null;
        }

        if (text.Length % 4 == 1) return null;
        var bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        if (Base64Url.DecodeFromChars(text, bytes, out _, out var length) != OperationStatus.Done) return null;
        // encoding again is the one test that also catches trailing bits, whatever the decoder makes of them
        return Base64Url.EncodeToString(bytes.AsSpan(0, length)).AsSpan().SequenceEqual(text) ? bytes[..length] : null;
    }
}
