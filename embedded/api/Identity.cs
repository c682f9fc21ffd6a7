using System.Globalization;

namespace Orleans.Runtime;

/// <summary>Anything that a call can be sent to: a grain, a reference to one, or a reference to an observer.</summary>
public interface IAddressable;

/// <summary>The name of a grain class as it appears in a <see cref="GrainId"/>: the class name in lower case without its <c>Grain</c> suffix.</summary>
public readonly record struct GrainType(string Value) : IComparable<GrainType>
{
    public static GrainType Create(string value) => new(value);

    public bool IsDefault => Value is null;

    public int CompareTo(GrainType other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value ?? "";

    public static bool operator <(GrainType left, GrainType right) => left.CompareTo(right) < 0;

    public static bool operator >(GrainType left, GrainType right) => left.CompareTo(right) > 0;

    public static bool operator <=(GrainType left, GrainType right) => left.CompareTo(right) <= 0;

    public static bool operator >=(GrainType left, GrainType right) => left.CompareTo(right) >= 0;
}

/// <summary>The key part of a <see cref="GrainId"/>. Guid keys are 32 hexadecimal digits, integer keys hexadecimal without leading zeros.</summary>
public readonly record struct IdSpan(string Value) : IComparable<IdSpan>
{
    public static IdSpan Create(string id) => new(id);

    public bool IsDefault => Value is null;

    public int CompareTo(IdSpan other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value ?? "";

    public static bool operator <(IdSpan left, IdSpan right) => left.CompareTo(right) < 0;

    public static bool operator >(IdSpan left, IdSpan right) => left.CompareTo(right) > 0;

    public static bool operator <=(IdSpan left, IdSpan right) => left.CompareTo(right) <= 0;

    public static bool operator >=(IdSpan left, IdSpan right) => left.CompareTo(right) >= 0;
}

/// <summary>The name of a grain interface.</summary>
public readonly record struct GrainInterfaceType(string Value)
{
    public static GrainInterfaceType Create(string value) => new(value);

    public override string ToString() => Value ?? "";
}

/// <summary>Who a grain is: its type and its key. Two grains are the same grain exactly when these are equal.</summary>
public readonly record struct GrainId(GrainType Type, IdSpan Key) : IComparable<GrainId>
{
    public bool IsDefault => Type.IsDefault && Key.IsDefault;

    public static GrainId Create(string type, string key) => new(new GrainType(type), new IdSpan(key));

    public static GrainId Create(GrainType type, string key) => new(type, new IdSpan(key));

    public static GrainId Create(GrainType type, IdSpan key) => new(type, key);

    /// <summary>Reads what <see cref="ToString"/> writes: <c>type/key</c>; the key may contain further slashes.</summary>
    public static GrainId Parse(string value) =>
        TryParse(value, out var result) ? result : throw new FormatException($"Unable to parse \"{value}\" as a grain id");

    public static bool TryParse(string? value, out GrainId result)
    {
        var slash = value?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        result = slash > 0 ? Create(value![..slash], value[(slash + 1)..]) : default;
        return slash > 0;
    }

    public int CompareTo(GrainId other)
    {
        var byType = Type.CompareTo(other.Type);
        return byType != 0 ? byType : Key.CompareTo(other.Key);
    }

    public override string ToString() => string.Concat(Type.Value, "/", Key.Value);

    public static bool operator <(GrainId left, GrainId right) => left.CompareTo(right) < 0;

    public static bool operator >(GrainId left, GrainId right) => left.CompareTo(right) > 0;

    public static bool operator <=(GrainId left, GrainId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(GrainId left, GrainId right) => left.CompareTo(right) >= 0;
}

/// <summary>How typed keys are written into a <see cref="GrainId"/>.</summary>
public static class GrainIdKeyExtensions
{
    public static IdSpan CreateIntegerKey(long key) => new(key.ToString("X", CultureInfo.InvariantCulture));

    public static IdSpan CreateGuidKey(Guid key) => new(key.ToString("N", CultureInfo.InvariantCulture));

    public static long GetIntegerKey(this GrainId grainId) =>
        long.TryParse(grainId.Key.Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var key)
            ? key
            : throw new ArgumentException($"The key of {grainId} is not an integer", nameof(grainId));

    public static Guid GetGuidKey(this GrainId grainId) =>
        Guid.TryParseExact(grainId.Key.Value, "N", out var key)
            ? key
            : throw new ArgumentException($"The key of {grainId} is not a Guid", nameof(grainId));
}
