namespace Trading.Storage.Journal;

/// <summary>Names one session of one tenant. Both parts are 1 to 128 printable characters (SIM-O31); they are compared ordinally.</summary>
public readonly record struct SessionKey(string Tenant, string Session)
{
    /// <summary>Longest tenant or session name, in UTF-16 characters.</summary>
    public const int MaxPartLength = 128;

    /// <exception cref="ArgumentException">A part is empty, too long, holds a control character or half a surrogate pair.</exception>
    public void Validate()
    {
        ValidatePart(Tenant, nameof(Tenant));
        ValidatePart(Session, nameof(Session));
    }

    /// <summary>By tenant, then by session, ordinal.</summary>
    public static int Compare(SessionKey left, SessionKey right)
    {
        var tenants = string.CompareOrdinal(left.Tenant, right.Tenant);
        return tenants != 0 ? tenants : string.CompareOrdinal(left.Session, right.Session);
    }

    /// <summary>The first <paramref name="most"/> of the keys behind <paramref name="after"/>, in order.</summary>
    internal static IReadOnlyList<SessionKey> Page(IEnumerable<SessionKey> keys, SessionKey? after, int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        var page = (after is { } last ? keys.Where(key => Compare(key, last) > 0) : keys).ToList();
        page.Sort(Compare);
        return page.Count > most ? page.GetRange(0, most) : page;
    }

    public override string ToString() => $"{Tenant}/{Session}";

    internal static void ValidatePart(string? part, string name)
    {
        if (string.IsNullOrEmpty(part) || part.Length > MaxPartLength)
            throw new ArgumentException($"{name} must have 1 to {MaxPartLength} characters but has {part?.Length ?? 0}.", name);
        for (var i = 0; i < part.Length; i++)
        {
            var pair = char.IsHighSurrogate(part[i]) && i + 1 < part.Length && char.IsLowSurrogate(part[i + 1]);
            if (char.IsControl(part[i]) || (char.IsSurrogate(part[i]) && !pair))
                throw new ArgumentException($"{name} holds an unprintable character at position {i}.", name);
            if (pair)
                i++;
        }
    }
}
