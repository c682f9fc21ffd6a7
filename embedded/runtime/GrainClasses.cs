using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;
using Orleans.Configuration;
using Orleans.Runtime;

namespace Orleans.Embedded;

/// <summary>A grain class: what its attributes say, and how to make one.</summary>
internal sealed class GrainClass
{
    private static readonly MethodInfo CreateState =
        typeof(Activation).GetMethod(nameof(Activation.CreateState)) ?? throw new MissingMethodException(nameof(CreateState));

    private readonly ConstructorInfo _constructor;
    private readonly Func<Activation, object?>[] _arguments;
    private readonly TimeSpan? _age;

    public GrainClass(Type type)
    {
        Type = type;
        Name = type.GetCustomAttribute<GrainTypeAttribute>()?.GrainType ?? new GrainType(DefaultName(type));
        IsReentrant = type.IsDefined(typeof(ReentrantAttribute), true);
        MaxWorkers = type.GetCustomAttribute<StatelessWorkerAttribute>()?.MaxLocalWorkers ?? 0;
        _age = type.IsDefined(typeof(KeepAliveAttribute), true) ? Timeout.InfiniteTimeSpan : type.GetCustomAttribute<CollectionAgeLimitAttribute>()?.AgeLimit;
        var constructors = type.GetConstructors(BindingFlags.Instance | BindingFlags.Public);
        _constructor = constructors.MaxBy(constructor => constructor.GetParameters().Length)
            ?? throw new InvalidOperationException($"{type} needs a public constructor to be a grain");
        _arguments = [.. _constructor.GetParameters().Select(Argument)];
    }

    public Type Type { get; }

    public GrainType Name { get; }

    public bool IsReentrant { get; }

    /// <summary>Zero when the class is no stateless worker.</summary>
    public int MaxWorkers { get; }

    public object Create(Activation activation) =>
        _constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, Array.ConvertAll(_arguments, argument => argument(activation)), null);

    public TimeSpan CollectionAge(GrainCollectionOptions options) =>
        options.ClassSpecificCollectionAge.TryGetValue(Type.FullName!, out var age) ? age : _age ?? options.CollectionAge;

    private static string DefaultName(Type type)
    {
        var name = type.Name.Split('`')[0];
        name = name.EndsWith("Grain", StringComparison.Ordinal) && name.Length > "Grain".Length ? name[..^"Grain".Length] : name;
#pragma warning disable CA1308 // Orleans writes grain types in lower case.
        return name.ToLowerInvariant();
#pragma warning restore CA1308
    }

    private static Func<Activation, object?> Argument(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        if (parameter.GetCustomAttribute<PersistentStateAttribute>() is { } state)
        {
            var create = CreateState.MakeGenericMethod(type.GetGenericArguments().Single());
            return activation => create.Invoke(activation, BindingFlags.DoNotWrapExceptions, null, [state.StateName, state.StorageName], null);
        }

        if (type == typeof(IGrainContext))
        {
            return activation => activation;
        }

        if (parameter.GetCustomAttribute<FromKeyedServicesAttribute>() is { } keyed)
        {
            return activation => activation.ActivationServices.GetRequiredKeyedService(type, keyed.Key);
        }

        return parameter.HasDefaultValue
            ? activation => activation.ActivationServices.GetService(type) ?? parameter.DefaultValue
            : activation => activation.ActivationServices.GetRequiredService(type);
    }
}

/// <summary>The grain classes of this program, found once in the assemblies beside it that use this runtime.</summary>
internal sealed class GrainClasses
{
    private readonly Dictionary<GrainType, GrainClass> _byName = [];
    private readonly ConcurrentDictionary<Type, GrainClass> _byInterface = new();

    public GrainClasses()
    {
        foreach (var type in Candidates().Where(IsGrainClass))
        {
            var grainClass = new GrainClass(type);
            if (!_byName.TryAdd(grainClass.Name, grainClass))
            {
                throw new InvalidOperationException($"{type} and {_byName[grainClass.Name].Type} have the same grain type {grainClass.Name}: use [GrainType]");
            }
        }
    }

    public GrainClass Of(GrainType name) =>
        _byName.TryGetValue(name, out var grainClass) ? grainClass : throw new OrleansException($"There is no grain class {name}");

    public GrainClass Of(Type interfaceType, string? classNamePrefix) => classNamePrefix is null
        ? _byInterface.GetOrAdd(interfaceType, static (type, classes) => classes.Implementing(type, null), this)
        : Implementing(interfaceType, classNamePrefix);

    private static bool IsGrainClass(Type type) =>
        type is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false } && typeof(IGrainBase).IsAssignableFrom(type);

    private static IEnumerable<Type> Candidates()
    {
        var self = typeof(GrainClasses).Assembly;
        var loaded = AppDomain.CurrentDomain.GetAssemblies()
            .Where(assembly => !assembly.IsDynamic)
            .DistinctBy(assembly => assembly.GetName().Name, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(assembly => assembly.GetName().Name!, StringComparer.OrdinalIgnoreCase);
        foreach (var path in Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll"))
        {
            var name = Path.GetFileNameWithoutExtension(path);
            if (!loaded.ContainsKey(name) && References(path, self.GetName().Name!))
            {
                loaded.Add(name, Assembly.Load(new AssemblyName(name)));
            }
        }

        return loaded.Values
            .Where(assembly => assembly == self || assembly.GetReferencedAssemblies().Any(reference => reference.Name == self.GetName().Name))
            .OrderBy(assembly => assembly.FullName, StringComparer.Ordinal)
            .SelectMany(assembly => assembly.GetTypes());
    }

    /// <summary>Looks into a file without loading it: a grain assembly that no code names is not loaded by itself.</summary>
    private static bool References(string path, string assemblyName)
    {
        try
        {
            using var file = new PEReader(File.OpenRead(path));
            if (!file.HasMetadata)
            {
                return false;
            }

            var metadata = file.GetMetadataReader();
            return metadata.AssemblyReferences.Any(handle => metadata.StringComparer.Equals(metadata.GetAssemblyReference(handle).Name, assemblyName));
        }
        catch (BadImageFormatException)
        {
            return false;
        }
    }

    private GrainClass Implementing(Type interfaceType, string? classNamePrefix)
    {
        var implementing = _byName.Values
            .Where(candidate => interfaceType.IsAssignableFrom(candidate.Type))
            .Where(candidate => classNamePrefix is null || candidate.Type.FullName!.StartsWith(classNamePrefix, StringComparison.Ordinal))
            .ToList();
        return implementing.Count switch
        {
            1 => implementing[0],
            0 => throw new ArgumentException($"Could not find an implementation for interface {interfaceType}"),
            _ => throw new ArgumentException(
                $"Unable to identify a single appropriate grain type for interface {interfaceType}. Candidates: {string.Join(", ", implementing.Select(candidate => candidate.Type))}"),
        };
    }
}
