using System.Reflection;

namespace Trading.Engine.Tests.Twin;

public sealed class ExactnessTests
{
    /// <summary>Figures of a report are the only place for binary floating point.</summary>
    private static readonly string[] Allowed = ["Trading.Engine.Metrics", "Trading.Engine.Statistics"];

    [Fact]
    [Trait("req", "EXEC-050")]
    public void No_field_parameter_or_local_of_the_engine_is_a_binary_floating_point_number()
    {
        const BindingFlags all = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        var found = new List<string>();
        foreach (var type in typeof(Simulation).Assembly.GetTypes().Where(type => !Allowed.Contains(type.Namespace)))
        {
            found.AddRange(type.GetFields(all).Where(field => IsBinary(field.FieldType)).Select(field => $"{type}.{field.Name}"));
            foreach (var method in type.GetMethods(all).Cast<MethodBase>().Concat(type.GetConstructors(all)))
            {
                var types = method.GetParameters().Select(parameter => parameter.ParameterType).Concat(method.GetMethodBody()?.LocalVariables.Select(local => local.LocalType) ?? []);
                if (method is MethodInfo { ReturnType: var result }) types = types.Append(result);
                if (types.Any(IsBinary)) found.Add($"{type}.{method.Name}");
            }
        }

        Assert.Empty(found);
    }

    private static bool IsBinary(Type type) => type == typeof(double) || type == typeof(float) || type == typeof(Half) || type == typeof(double?) || type == typeof(float?);
}
