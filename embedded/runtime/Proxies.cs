using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Emit;
using Orleans.Runtime;

namespace Orleans.Embedded
{
    /// <summary>The generated reference class of one interface, found without a look-up.</summary>
    internal static class Proxy<TInterface>
    {
        private static readonly Func<GrainReference> New = Proxies.Constructor(typeof(TInterface));

        public static GrainReference Create(ActorRuntime runtime, GrainId grainId)
        {
            var reference = New();
            reference.Bind(runtime, grainId);
            return reference;
        }
    }

    /// <summary>
    /// Generates, once per grain interface, a reference class and one request class per method. Per call nothing is
    /// reflected: a method stores its arguments in the fields of a new request and sends it. What is static here is code,
    /// the same for every host of the process.
    /// </summary>
    internal static class Proxies
    {
        private static readonly Lock Gate = new();
        private static readonly AssemblyBuilder Builder = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Trading.Embedded.Proxies"), AssemblyBuilderAccess.Run);
        private static readonly ModuleBuilder Module = Builder.DefineDynamicModule("Proxies");
        private static readonly HashSet<string> Opened = [];
        private static readonly ConcurrentDictionary<Type, Func<GrainReference>> Constructors = new();
        private static readonly ConstructorInfo OpensAssembly = typeof(System.Runtime.CompilerServices.IgnoresAccessChecksToAttribute).GetConstructor([typeof(string)])!;
        private static int _count;

        public static GrainReference Create(Type interfaceType, ActorRuntime runtime, GrainId grainId)
        {
            var reference = Constructor(interfaceType)();
            reference.Bind(runtime, grainId);
            return reference;
        }

        public static Func<GrainReference> Constructor(Type interfaceType)
        {
            if (Constructors.TryGetValue(interfaceType, out var known))
            {
                return known;
            }

            lock (Gate)
            {
                return Constructors.GetOrAdd(interfaceType, Generate);
            }
        }

        private static Func<GrainReference> Generate(Type interfaceType)
        {
            if (!interfaceType.IsInterface || !typeof(IAddressable).IsAssignableFrom(interfaceType))
            {
                throw new ArgumentException($"{interfaceType} is not a grain interface", nameof(interfaceType));
            }

            Open(typeof(Proxies).Assembly);
            Open(interfaceType.Assembly);
            var name = $"{interfaceType.FullName}#{_count++}";
            var proxy = Module.DefineType(name, TypeAttributes.Public | TypeAttributes.Sealed, typeof(GrainReference), [interfaceType]);
            var requests = interfaceType.GetInterfaces().Prepend(interfaceType)
                .SelectMany(type => type.GetMethods().Select(method => (type, method)))
                .Where(member => member.method is { IsAbstract: true, IsStatic: false })
                .Select((member, index) => (member.type, member.method, request: Implement(proxy, $"{name}.{member.method.Name}#{index}", member.type, member.method)))
                .ToList();
            var baseConstructor = typeof(GrainReference).GetConstructor(BindingFlags.Instance | BindingFlags.NonPublic, [])!;
            var constructor = proxy.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, []).GetILGenerator();
            constructor.Emit(OpCodes.Ldarg_0);
            constructor.Emit(OpCodes.Call, baseConstructor);
            constructor.Emit(OpCodes.Ret);
            foreach (var (type, method, request) in requests)
            {
                request.CreateType().GetField("Described")!.SetValue(null, new CallMethod(type, method));
            }

            var made = proxy.CreateType();
            var create = new DynamicMethod("New", typeof(GrainReference), [], Module, skipVisibility: true);
            var il = create.GetILGenerator();
            il.Emit(OpCodes.Newobj, made.GetConstructor([])!);
            il.Emit(OpCodes.Ret);
            return create.CreateDelegate<Func<GrainReference>>();
        }

        private static TypeBuilder Implement(TypeBuilder proxy, string name, Type interfaceType, MethodInfo method)
        {
            if (method.IsGenericMethod || method.GetParameters().Any(parameter => parameter.ParameterType.IsByRef))
            {
                throw new NotSupportedException($"{interfaceType}.{method.Name}: grain methods have no type parameters and no ref parameters");
            }

            var shape = CallShape.Of(interfaceType, method);
            var parameters = method.GetParameters();
            foreach (var type in parameters.Select(parameter => parameter.ParameterType).Append(method.ReturnType))
            {
                OpenAll(type);
            }

            var request = new RequestEmitter(Module.DefineType(name, TypeAttributes.Public | TypeAttributes.Sealed, shape.RequestType), interfaceType, method, shape);
            request.Emit();
            var implementation = proxy.DefineMethod(
                $"{interfaceType.FullName}.{method.Name}",
                MethodAttributes.Private | MethodAttributes.Virtual | MethodAttributes.Final | MethodAttributes.HideBySig | MethodAttributes.NewSlot,
                method.ReturnType,
                [.. parameters.Select(parameter => parameter.ParameterType)]);
            var il = implementation.GetILGenerator();
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Newobj, request.Constructor);
            for (var index = 0; index < parameters.Length; index++)
            {
                il.Emit(OpCodes.Dup);
                il.Emit(OpCodes.Ldarg, index + 1);
                il.Emit(OpCodes.Stfld, request.Fields[index]);
            }

            il.Emit(OpCodes.Call, shape.Send);
            il.Emit(OpCodes.Ret);
            proxy.DefineMethodOverride(implementation, method);
            return request.Type;
        }

        private static void OpenAll(Type type)
        {
            Open(type.Assembly);
            foreach (var argument in type.GetGenericArguments())
            {
                OpenAll(argument);
            }

            if (type.GetElementType() is { } element)
            {
                OpenAll(element);
            }
        }

        /// <summary>Lets the generated code use the internal types of an assembly: grain interfaces need not be public.</summary>
        private static void Open(Assembly assembly)
        {
            var name = assembly.GetName().Name!;
            if (Opened.Add(name))
            {
                Builder.SetCustomAttribute(new CustomAttributeBuilder(OpensAssembly, [name]));
            }
        }
    }

    /// <summary>How a method's return type is sent and answered.</summary>
    internal sealed record CallShape(Type RequestType, MethodInfo Send, MethodInfo? ToTask)
    {
        private const BindingFlags Hidden = BindingFlags.Instance | BindingFlags.NonPublic;

        public static CallShape Of(Type interfaceType, MethodInfo method)
        {
            var type = method.ReturnType;
            if (type == typeof(Task))
            {
                return new CallShape(typeof(VoidRequest), Sender(nameof(GrainReference.SendVoid)), null);
            }

            if (type == typeof(void))
            {
                return new CallShape(typeof(VoidRequest), Sender(nameof(GrainReference.SendOneWay)), null);
            }

            if (type == typeof(ValueTask))
            {
                return new CallShape(typeof(VoidRequest), Sender(nameof(GrainReference.SendVoidValue)), type.GetMethod(nameof(ValueTask.AsTask)));
            }

            var result = type.IsGenericType ? type.GetGenericArguments()[0] : typeof(void);
            if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>))
            {
                return new CallShape(typeof(Request<>).MakeGenericType(result), Sender(nameof(GrainReference.Send)).MakeGenericMethod(result), null);
            }

            return type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueTask<>)
                ? new CallShape(
                    typeof(Request<>).MakeGenericType(result),
                    Sender(nameof(GrainReference.SendValue)).MakeGenericMethod(result),
                    type.GetMethod(nameof(ValueTask<int>.AsTask)))
                : throw new NotSupportedException($"{interfaceType}.{method.Name}: grain methods return Task, ValueTask, their generic forms or void, not {type}");
        }

        private static MethodInfo Sender(string name) => typeof(GrainReference).GetMethod(name, Hidden)!;
    }
}

namespace System.Runtime.CompilerServices
{
    /// <summary>Known to the runtime by its name: the assembly that carries it may use the internals of the one it names.</summary>
    [AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
    internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
    {
        public string AssemblyName { get; } = assemblyName;
    }
}
