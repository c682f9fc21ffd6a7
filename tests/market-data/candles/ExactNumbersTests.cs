using System.Reflection;
using Trading.MarketData.Candles;

namespace Trading.MarketData.Tests.Candles;

/// <summary>Where prices and volumes are stored, computed and checked, no variable can hold a binary floating point number.</summary>
public sealed class ExactNumbersTests
{
    private const BindingFlags Everything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly string[] Namespaces =
    [
        "Trading.MarketData.Candles", "Trading.MarketData.Store", "Trading.MarketData.Resampling", "Trading.MarketData.Validation", "Trading.MarketData.Actions",
        "Trading.MarketData.Providers.Vendors", "Trading.MarketData.Providers.Parsing",
    ];

    /// <summary>Shares of a device's space, which are no prices.</summary>
    private static readonly string[] Allowed = ["StoreSpace", "SpaceMeter"];

    [Fact]
    [Trait("req", "OHLCV-020")]
    public void No_field_parameter_or_variable_of_the_code_that_handles_candles_is_a_double_or_float()
    {
        var types = typeof(CandleColumns).Assembly.GetTypes()
            .Where(type => Namespaces.Any(name => type.Namespace == name) && !Allowed.Any(name => type.FullName!.Split('.', '+').Contains(name)))
            .ToList();
        Assert.All(Namespaces, name => Assert.Contains(types, type => type.Namespace == name));
        Assert.Empty(types.SelectMany(Binary).Distinct());
    }

    private static IEnumerable<string> Binary(Type type)
    {
        foreach (var field in type.GetFields(Everything).Where(field => IsBinary(field.FieldType))) yield return $"{type.FullName}.{field.Name}";
        foreach (var method in type.GetMethods(Everything).Cast<MethodBase>().Concat(type.GetConstructors(Everything)))
        {
            var used = method.GetParameters().Select(parameter => parameter.ParameterType)
                .Concat(method is MethodInfo { ReturnType: var result } ? [result] : [])
                .Concat(method.GetMethodBody()?.LocalVariables.Select(variable => variable.LocalType) ?? []);
            if (used.Any(IsBinary)) yield return $"{type.FullName}.{method.Name}";
        }
    }

    private static bool IsBinary(Type type)
    {
        if (type.HasElementType) return IsBinary(type.GetElementType()!);
        return type == typeof(double) || type == typeof(float) || type == typeof(Half) || (type.IsGenericType && type.GetGenericArguments().Any(IsBinary));
    }
}
