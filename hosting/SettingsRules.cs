using System.ComponentModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Trading.Hosting;

/// <summary>Settings of the parts of the service: read once while it is put together, so that a wrong one ends the start before anything is opened.</summary>
public static class SettingsRules
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
        Refuse(section.GetChildren().SelectMany(setting => ProblemsOf(typeof(T), section.Key, setting)));
        try
        {
            return section.Get<T>() ?? new T();
        }
        catch (InvalidOperationException nested)
        {
            // what only the binder knows; the message names the setting, its value and its type
            throw new StartException($"wrong settings: {nested.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static void Refuse(IEnumerable<string> problems)
    {
        var all = string.Join("; ", problems);
        if (all.Length > 0) throw new StartException($"wrong settings: {all}");
    }

    /// <summary>What is wrong with a setting of an object of type <paramref name="owner"/>, and with everything below it.</summary>
    private static IEnumerable<string> ProblemsOf(Type owner, string section, IConfigurationSection setting)
    {
        var path = $"{section}:{setting.Key}";
        var property = Array.Find(owner.GetProperties(), one => one.CanWrite && string.Equals(one.Name, setting.Key, StringComparison.OrdinalIgnoreCase));
        return property is null ? [Unknown(path, setting)] : ProblemsOfValue(property.PropertyType, path, setting);
    }

    private static IEnumerable<string> ProblemsOfValue(Type type, string path, IConfigurationSection setting)
    {
        if (TypeDescriptor.GetConverter(type) is { } converter && converter.CanConvertFrom(typeof(string)))
        {
            return setting.Value is { } value ? [.. Conversion(type, converter, path, value)] : setting.GetChildren().Select(child => Unknown($"{path}:{child.Key}", child));
        }

        // an empty list or object in a file comes as an empty text
        if (!string.IsNullOrEmpty(setting.Value)) return [$"{path} is '{setting.Value}', but has settings of its own ({path}:…)"];
        var generic = type.IsGenericType ? type.GetGenericArguments() : [];
        return generic switch
        {
            [var item] => setting.GetChildren().SelectMany(child => ProblemsOfValue(item, $"{path}:{child.Key}", child)),
            [_, var item] => setting.GetChildren().SelectMany(child => ProblemsOfValue(item, $"{path}:{child.Key}", child)),
            _ => setting.GetChildren().SelectMany(child => ProblemsOf(type, path, child)),
        };
    }

    private static IEnumerable<string> Conversion(Type type, TypeConverter converter, string path, string value)
    {
        try
        {
            converter.ConvertFromInvariantString(value);
            return [];
        }
        catch (Exception wrong) when (wrong is FormatException or ArgumentException or OverflowException or NotSupportedException)
        {
            return [$"{path} is '{value}', but must be {Describe(type)}"];
        }
    }

    private static string Unknown(string path, IConfigurationSection setting) => setting.Value is { } value ? $"{path} is '{value}', but there is no such setting" : $"there is no setting {path}";

    private static string Describe(Type type) => Type.GetTypeCode(Nullable.GetUnderlyingType(type) ?? type) switch
    {
        TypeCode.Int32 => $"a whole number from {int.MinValue} to {int.MaxValue}",
        TypeCode.Int64 => "a whole number",
        TypeCode.Double or TypeCode.Decimal => "a number",
        TypeCode.Boolean => "true or false",
        _ when type == typeof(TimeSpan) => "a time as days.hours:minutes:seconds, like 1.12:00:00",
        _ => $"a {type.Name}",
    };
}
