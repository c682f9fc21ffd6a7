using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using Trading.Grains.Tests.Messages;

namespace Trading.Grains.Tests.Cluster;

/// <summary>Instances of any message in which every value differs from its default and from its neighbours, and their contents as text.</summary>
internal sealed class Samples
{
    private int _next;

    /// <param name="type">A class or struct that can be made; of abstract parts the first heir is taken.</param>
    public object Of(Type type)
    {
        var instance = RuntimeHelpers.GetUninitializedObject(Concrete(type));
        foreach (var field in Fields(instance.GetType())) field.SetValue(instance, Value(field.FieldType));
        return instance;
    }

    /// <summary>Everything in it, with the order of lists and without the kinds of the lists.</summary>
    public static string Text(object? value) => value switch
    {
        null => "null",
        string text => $"'{text}'",
        IDictionary table => $"{{{string.Join(", ", table.Keys.Cast<object>().Select(key => $"{Text(key)}: {Text(table[key])}").Order(StringComparer.Ordinal))}}}",
        IEnumerable list => $"[{string.Join(", ", list.Cast<object?>().Select(Text))}]",
        _ when MessageTypes.IsOurs(value.GetType()) && !value.GetType().IsEnum =>
            $"{value.GetType().Name}({string.Join(", ", Fields(value.GetType()).Select(field => $"{field.Name}={Text(field.GetValue(value))}"))})",
        DateTimeOffset instant => instant.ToString("O", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private static IEnumerable<FieldInfo> Fields(Type type)
    {
        for (var level = type; level is not null && MessageTypes.IsOurs(level); level = level.BaseType)
        {
            foreach (var field in level.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)) yield return field;
        }
    }

    private static Type Concrete(Type type) => type.IsAbstract ? type.Assembly.GetTypes().First(heir => heir.IsSubclassOf(type) && !heir.IsAbstract) : type;

    private object? Value(Type type)
    {
        var number = ++_next;
        if (Nullable.GetUnderlyingType(type) is { } underlying) return Value(underlying);
        if (MessageTypes.IsReference(type)) return null;
        if (type.IsEnum) return Enum.GetValues(type).GetValue(number % Enum.GetValues(type).Length);
        if (type == typeof(string)) return $"text {number}";
        if (type == typeof(bool)) return true;
        if (type == typeof(decimal)) return number + 0.1234567890123456789m;
        if (type == typeof(Int128)) return Int128.MaxValue - number;
        if (type == typeof(long)) return long.MaxValue - number;
        if (type == typeof(DateTimeOffset)) return new DateTimeOffset(2024, 7, 16, 12, 30, 0, TimeSpan.FromHours(-4)).AddTicks(number);
        if (type == typeof(TimeSpan)) return TimeSpan.FromTicks(number);
        if (type == typeof(Guid)) return new Guid(number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
        if (type.IsPrimitive) return Convert.ChangeType(number % 128, type, CultureInfo.InvariantCulture);
        if (MessageTypes.IsContainer(type)) return Container(type);
        return Of(type);
    }

    private object Container(Type type)
    {
        var elements = MessageTypes.Elements(type).ToArray();
        if (elements.Length == 2)
        {
            var table = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(elements))!;
            for (var at = 0; at < 2; at++) table.Add(Value(elements[0])!, Value(elements[1]));
            return table;
        }

        var maker = type.IsArray ? nameof(Array) : type.IsInterface ? nameof(ReadOnly) : type.GetGenericTypeDefinition() == typeof(HashSet<>) ? nameof(Set) : nameof(List);
        return typeof(Samples).GetMethod(maker, BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(elements).Invoke(null, [Value(elements[0]), Value(elements[0])])!;
    }

    private static T[] Array<T>(T one, T other) => [one, other];

    private static List<T> List<T>(T one, T other) => [one, other];

    private static HashSet<T> Set<T>(T one, T other) => [one, other];

    // of a type that only the compiler knows, as everywhere in this house where a list is made by an expression
    private static IReadOnlyList<T> ReadOnly<T>(T one, T other) => [one, other];
}
