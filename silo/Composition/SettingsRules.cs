using System.ComponentModel;
using Microsoft.Extensions.Options;

namespace Trading.Silo.Composition;

/// <summary>Settings of the parts of the service: read once while it is put together, so that a wrong one ends the start before anything is opened.</summary>
internal static class SettingsRules
{
    /// <summary>Registers a section as options, after every setting in it has been found to exist, to be of its type and to keep the rules.</summary>
    /// <param name="services">Where the options go.</param>
    /// <param name="section">The section; absent settings have their defaults.</param>
    /// <param name="problems">The broken rules, each naming the setting, its value and the rule.</param>
    /// <exception cref="StartException">A setting is wrong; the message names it, its value and the rule.</exception>
    public static void AddChecked<T>(this IServiceCollection services, IConfigurationSection section, Func<T, IEnumerable<string>> problems)
        where T : class, new()
    {
        var options = section.Read<T>();
        Refuse(problems(options));
        services.AddSingleton(Options.Create(options));
    }

    /// <summary>The section as an object, after every setting in it has been found to exist and to be of its type.</summary>
    /// <exception cref="StartException">A setting is wrong; the message names it and its value.</exception>
    public static T Read<T>(this IConfigurationSection section)
        where T : class, new()
    {
        Refuse(section.GetChildren().Select(setting => ProblemOf<T>(section.Key, setting)).OfType<string>());
        try
        {
            return section.Get<T>() ?? new T();
        }
        catch (InvalidOperationException nested)
        {
            // a setting further down; the message names it, its value and its type
            throw new StartException($"wrong settings: {nested.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static void Refuse(IEnumerable<string> problems)
    {
        var all = string.Join("; ", problems);
        if (all.Length > 0) throw new StartException($"wrong settings: {all}");
    }

    private static string? ProblemOf<T>(string section, IConfigurationSection setting)
    {
        var property = Array.Find(typeof(T).GetProperties(), one => string.Equals(one.Name, setting.Key, StringComparison.OrdinalIgnoreCase));
        if (property is null) return $"{section}:{setting.Key} is '{setting.Value}', but there is no such setting";
        if (setting.Value is not { } value || TypeDescriptor.GetConverter(property.PropertyType) is not { } converter || !converter.CanConvertFrom(typeof(string))) return null;
        try
        {
            converter.ConvertFromInvariantString(value);
            return null;
        }
        catch (Exception wrong) when (wrong is FormatException or ArgumentException or OverflowException or NotSupportedException)
        {
            return $"{section}:{setting.Key} is '{value}', but must be {Describe(property.PropertyType)}";
        }
    }

    private static string Describe(Type type) => Type.GetTypeCode(Nullable.GetUnderlyingType(type) ?? type) switch
    {
        TypeCode.Int32 => $"a whole number from {int.MinValue} to {int.MaxValue}",
        TypeCode.Int64 => "a whole number",
        TypeCode.Boolean => "true or false",
        _ when type == typeof(TimeSpan) => "a time as days.hours:minutes:seconds, like 1.12:00:00",
        _ => $"a {type.Name}",
    };
}
