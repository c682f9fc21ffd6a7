using System.Reflection;
using System.Reflection.Emit;

namespace Orleans.Embedded;

/// <summary>Writes the request class of one method: a field per argument, and the overrides that reach them.</summary>
internal sealed class RequestEmitter
{
    private const MethodAttributes Override = MethodAttributes.Public | MethodAttributes.Virtual | MethodAttributes.HideBySig;

    private readonly Type _interface;
    private readonly MethodInfo _method;
    private readonly CallShape _shape;

    public RequestEmitter(TypeBuilder type, Type interfaceType, MethodInfo method, CallShape shape)
    {
        (Type, _interface, _method, _shape) = (type, interfaceType, method, shape);
        Fields = [.. method.GetParameters().Select((parameter, index) => type.DefineField($"argument{index}", parameter.ParameterType, FieldAttributes.Public))];
        Constructor = type.DefineDefaultConstructor(MethodAttributes.Public);
    }

    public TypeBuilder Type { get; }

    public ConstructorBuilder Constructor { get; }

    public FieldBuilder[] Fields { get; }

    public void Emit()
    {
        EmitMethod();
        EmitInvoke();
        EmitArgumentCount();
        EmitGetArgument();
        EmitSetArgument();
        if (Array.FindLastIndex(Fields, field => field.FieldType == typeof(CancellationToken)) is >= 0 and var token)
        {
            EmitToken(Fields[token]);
        }
    }

    private void EmitMethod()
    {
        var described = Type.DefineField("Described", typeof(CallMethod), FieldAttributes.Public | FieldAttributes.Static);
        var il = Type.DefineMethod("get_" + nameof(Request.Method), Override, typeof(CallMethod), []).GetILGenerator();
        il.Emit(OpCodes.Ldsfld, described);
        il.Emit(OpCodes.Ret);
    }

    private void EmitInvoke()
    {
        var il = Type.DefineMethod(nameof(Request.InvokeOn), Override, typeof(Task), [typeof(object)]).GetILGenerator();
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Castclass, _interface);
        foreach (var field in Fields)
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldfld, field);
        }

        il.Emit(OpCodes.Callvirt, _method);
        if (_method.ReturnType == typeof(void))
        {
            il.Emit(OpCodes.Call, typeof(Task).GetProperty(nameof(Task.CompletedTask))!.GetMethod!);
        }
        else if (_shape.ToTask is { } toTask)
        {
            var value = il.DeclareLocal(_method.ReturnType);
            il.Emit(OpCodes.Stloc, value);
            il.Emit(OpCodes.Ldloca, value);
            il.Emit(OpCodes.Call, toTask);
        }

        il.Emit(OpCodes.Ret);
    }

    private void EmitArgumentCount()
    {
        var il = Type.DefineMethod("get_" + nameof(Request.ArgumentCount), Override, typeof(int), []).GetILGenerator();
        il.Emit(OpCodes.Ldc_I4, Fields.Length);
        il.Emit(OpCodes.Ret);
    }

    private void EmitGetArgument()
    {
        var il = Type.DefineMethod(nameof(Request.GetArgument), Override, typeof(object), [typeof(int)]).GetILGenerator();
        EmitSwitch(il, field =>
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldfld, field);
            il.Emit(OpCodes.Box, field.FieldType);
        });
    }

    private void EmitSetArgument()
    {
        var il = Type.DefineMethod(nameof(Request.SetArgument), Override, typeof(void), [typeof(int), typeof(object)]).GetILGenerator();
        EmitSwitch(il, field =>
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldarg_2);
            il.Emit(OpCodes.Unbox_Any, field.FieldType);
            il.Emit(OpCodes.Stfld, field);
        });
    }

    private void EmitSwitch(ILGenerator il, Action<FieldBuilder> arm)
    {
        var labels = Fields.Select(_ => il.DefineLabel()).ToArray();
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Switch, labels);
        il.Emit(OpCodes.Ldstr, "index");
        il.Emit(OpCodes.Newobj, typeof(ArgumentOutOfRangeException).GetConstructor([typeof(string)])!);
        il.Emit(OpCodes.Throw);
        for (var index = 0; index < labels.Length; index++)
        {
            il.MarkLabel(labels[index]);
            arm(Fields[index]);
            il.Emit(OpCodes.Ret);
        }
    }

    private void EmitToken(FieldBuilder field)
    {
        var get = Type.DefineMethod("get_" + nameof(Request.Token), Override, typeof(CancellationToken), []).GetILGenerator();
        get.Emit(OpCodes.Ldarg_0);
        get.Emit(OpCodes.Ldfld, field);
        get.Emit(OpCodes.Ret);
        var set = Type.DefineMethod("set_" + nameof(Request.Token), Override, typeof(void), [typeof(CancellationToken)]).GetILGenerator();
        set.Emit(OpCodes.Ldarg_0);
        set.Emit(OpCodes.Ldarg_1);
        set.Emit(OpCodes.Stfld, field);
        set.Emit(OpCodes.Ret);
    }
}
