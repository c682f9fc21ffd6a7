using System.Text;
using Trading.Storage.Journal;

namespace Trading.Storage.Postgres;

/// <summary>
/// Session keys as bytes that sort like .NET's ordinal comparison: UTF-16BE of the tenant, two zero bytes, UTF-16BE of the session. No printable name holds the character U+0000, so
/// two keys never share their bytes, and all sessions of a tenant are one range.
/// </summary>
internal static class OrderKeys
{
    public static byte[] Of(SessionKey key)
    {
        var tenant = Encoding.BigEndianUnicode.GetByteCount(key.Tenant);
        var bytes = new byte[tenant + 2 + Encoding.BigEndianUnicode.GetByteCount(key.Session)];
        Encoding.BigEndianUnicode.GetBytes(key.Tenant, bytes);
        Encoding.BigEndianUnicode.GetBytes(key.Session, bytes.AsSpan(tenant + 2));
        return bytes;
    }

    /// <summary>Bounds of a tenant's sessions: every key above <c>From</c> and below <c>To</c>.</summary>
    public static (byte[] From, byte[] To) RangeOf(string tenant)
    {
        var name = Encoding.BigEndianUnicode.GetBytes(tenant);
        return ([.. name, 0, 0], [.. name, 0, 1]);
    }
}
