using System.Collections;
using System.Reflection;

namespace Trading.Grains.Tests.Sessions;

/// <summary>
/// What crosses grains must be of types that a cluster's serializer knows. A collection expression assigned to an interface makes a type of the compiler's
/// own, which works in one process and fails between two.
/// </summary>
internal static class WireTypes
{
    /// <summary>Fails when anything inside <paramref name="value"/> is of a type that the compiler made.</summary>
    public static void Check(object? value)
    {
        if (value is null or string) return;
        var type = value.GetType();
        Assert.False(type.Name.StartsWith('<'), $"{type} crosses grains");
        if (value is IEnumerable many)
        {
            if (type.IsArray && type.GetElementType()!.IsPrimitive) return;
            foreach (var one in many) Check(one);
        }
        else if (type.Namespace?.StartsWith("Trading.GrainInterfaces", StringComparison.Ordinal) == true && !type.IsEnum)
        {
            foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)) Check(property.GetValue(value));
        }
    }
}
