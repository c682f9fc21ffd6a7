using System.Reflection;
using System.Runtime.CompilerServices;
using Trading.GrainInterfaces;
using Trading.Grains.Data;

namespace Trading.Grains.Tests.Messages;

/// <summary>What crosses between grains, and what grains store: found by reflection, so that nothing new is forgotten.</summary>
internal static class MessageTypes
{
    private static readonly Assembly Interfaces = typeof(CallContext).Assembly;
    private static readonly Assembly Grains = typeof(DataClock).Assembly;

    // stands before what is searched with it
    private static readonly Type[] Containers =
        [typeof(Nullable<>), typeof(IReadOnlyList<>), typeof(IReadOnlyDictionary<,>), typeof(List<>), typeof(Dictionary<,>), typeof(HashSet<>)];

    /// <summary>Interfaces of grains and of observers.</summary>
    public static IReadOnlyList<Type> Contracts { get; } =
        [.. Interfaces.GetTypes().Where(type => type.IsInterface && typeof(IAddressable).IsAssignableFrom(type)).OrderBy(type => type.FullName, StringComparer.Ordinal)];

    /// <summary>Every class and struct of this house that is a parameter or a result of a call, or part of one, with all that derive from it.</summary>
    public static IReadOnlyList<Type> Messages { get; } = Reachable(Contracts.SelectMany(contract => contract.GetMethods()).SelectMany(TypesOf));

    /// <summary>The same of persistent states.</summary>
    public static IReadOnlyList<Type> States { get; } = Reachable(
        Grains.GetTypes().SelectMany(type => type.GetConstructors()).SelectMany(constructor => constructor.GetParameters()).Select(parameter => parameter.ParameterType)
            .Where(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IPersistentState<>)).Select(type => type.GetGenericArguments()[0]));

    /// <summary>Exceptions that grains may throw to other grains.</summary>
    public static IReadOnlyList<Type> Exceptions { get; } = [.. Interfaces.GetTypes().Where(type => typeof(Exception).IsAssignableFrom(type))];

    /// <summary>The properties whose values make up an instance; those that are computed do not count.</summary>
    public static IEnumerable<PropertyInfo> Data(Type type) =>
        type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).Where(property => Field(property) is not null);

    /// <summary>Fields that are not those of a property.</summary>
    public static IEnumerable<FieldInfo> LooseFields(Type type) =>
        type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            .Where(field => field.GetCustomAttribute<CompilerGeneratedAttribute>() is null && field.GetCustomAttribute<NonSerializedAttribute>() is null);

    public static bool IsOurs(Type type) => type.Namespace?.StartsWith("Trading.", StringComparison.Ordinal) == true;

    public static bool IsReference(Type type) => type.IsInterface && typeof(IAddressable).IsAssignableFrom(type);

    /// <summary>Types that the runtime carries by itself.</summary>
    public static bool IsBuiltIn(Type type) =>
        type.IsEnum || type.IsPrimitive || type == typeof(string) || type == typeof(decimal) || type == typeof(Int128) || type == typeof(DateTimeOffset) || type == typeof(TimeSpan)
        || type == typeof(Guid) || type == typeof(CancellationToken) || type == typeof(TickStatus);

    public static bool IsContainer(Type type) => type.IsArray || (type.IsGenericType && Containers.Contains(type.GetGenericTypeDefinition()));

    public static IEnumerable<Type> Elements(Type type) => type.IsArray ? [type.GetElementType()!] : type.GetGenericArguments();

    private static FieldInfo? Field(PropertyInfo property) =>
        property.DeclaringType!.GetField($"<{property.Name}>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic);

    private static IEnumerable<Type> TypesOf(MethodInfo method)
    {
        foreach (var parameter in method.GetParameters()) yield return parameter.ParameterType;
        if (method.ReturnType.IsGenericType) yield return method.ReturnType.GetGenericArguments()[0];
    }

    private static List<Type> Reachable(IEnumerable<Type> from)
    {
        var (left, seen) = (new Queue<Type>(from), new HashSet<Type>());
        while (left.TryDequeue(out var type))
        {
            if (IsReference(type) || !seen.Add(type)) continue;
            if (IsContainer(type)) foreach (var element in Elements(type)) left.Enqueue(element);
            if (!IsOurs(type) || type.IsEnum) continue;
            foreach (var property in Data(type)) left.Enqueue(property.PropertyType);
            if (type.BaseType is { } ancestor && IsOurs(ancestor)) left.Enqueue(ancestor);
            foreach (var heir in type.Assembly.GetTypes().Where(heir => heir.BaseType == type)) left.Enqueue(heir);
        }

        return [.. seen.Where(type => !IsContainer(type)).OrderBy(type => type.FullName, StringComparer.Ordinal)];
    }
}
