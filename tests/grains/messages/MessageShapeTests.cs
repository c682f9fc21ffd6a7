using System.Reflection;
using Trading.GrainInterfaces.Data;
using Trading.GrainInterfaces.Sessions;
using Trading.Grains.Data;

namespace Trading.Grains.Tests.Messages;

/// <summary>
/// What crosses between silos must say so. In one process nothing is serialized, and a forgotten attribute would be noticed by the first cluster only; these
/// tests notice it on both runtimes.
/// </summary>
public class MessageShapeTests
{
    public static TheoryData<Type> Messages => [.. MessageTypes.Messages.Where(MessageTypes.IsOurs).Where(type => !type.IsEnum)];

    public static TheoryData<Type> Stored => [.. MessageTypes.States.Except(MessageTypes.Messages).Where(MessageTypes.IsOurs).Where(type => !type.IsEnum)];

    public static TheoryData<Type> Contracts => [.. MessageTypes.Contracts];

    [Fact]
    public void The_search_finds_what_is_known_to_cross_and_to_be_stored()
    {
        Assert.Superset(new HashSet<Type> { typeof(SymbolWork), typeof(FetchRange), typeof(CandlePageAnswer), typeof(AckCommand), typeof(TicksOutput), typeof(GapFill) }, MessageTypes.Messages.ToHashSet());
        Assert.Superset(new HashSet<Type> { typeof(DataUpdateState), typeof(SymbolRun), typeof(StartedUpdate), typeof(ProviderState) }, MessageTypes.States.ToHashSet());
    }

    [Theory]
    [MemberData(nameof(Messages))]
    [MemberData(nameof(Stored))]
    public void A_message_names_itself_and_numbers_each_of_its_values(Type type)
    {
        Assert.True(type.IsDefined(typeof(GenerateSerializerAttribute), false), $"{type} has no [GenerateSerializer]");
        Assert.False(string.IsNullOrEmpty(Alias(type)), $"{type} has no [Alias]: it could never be renamed");
        var data = MessageTypes.Data(type).ToArray();
        Assert.All(data, property => Assert.True(property.IsDefined(typeof(IdAttribute)), $"{type.Name}.{property.Name} has no [Id]"));
        Assert.Distinct(data.Select(property => property.GetCustomAttribute<IdAttribute>()!.Id));
        Assert.All(MessageTypes.LooseFields(type), field => Assert.True(field.IsDefined(typeof(IdAttribute)), $"{type.Name}.{field.Name} has no [Id]"));
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_cannot_be_changed_and_says_so(Type type)
    {
        Assert.True(type.IsDefined(typeof(ImmutableAttribute), false), $"{type} has no [Immutable]: it would be copied on each call");
        Assert.All(MessageTypes.Data(type), property => Assert.True(
            property.SetMethod is not { } setter || setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(System.Runtime.CompilerServices.IsExternalInit)),
            $"{type.Name}.{property.Name} can be set"));
    }

    [Fact]
    public void Every_other_type_that_crosses_or_is_stored_is_one_that_the_runtime_carries()
    {
        Assert.All(
            MessageTypes.Messages.Concat(MessageTypes.States).Where(type => !MessageTypes.IsOurs(type)),
            type => Assert.True(MessageTypes.IsBuiltIn(type), $"{type} is neither ours nor one of those that are known to cross"));
    }

    [Fact]
    public void No_two_types_share_a_name()
    {
        var types = MessageTypes.Messages.Concat(MessageTypes.States).Concat(MessageTypes.Exceptions).Concat(MessageTypes.Contracts).Distinct();
        Assert.Distinct(types.Select(Alias).Where(alias => alias is not null));
    }

    [Theory]
    [MemberData(nameof(Contracts))]
    public void An_interface_and_its_methods_have_names_of_their_own_and_the_token_comes_last(Type contract)
    {
        Assert.False(string.IsNullOrEmpty(Alias(contract)), $"{contract} has no [Alias]");
        var methods = contract.GetMethods();
        Assert.All(methods, method => Assert.True(method.IsDefined(typeof(AliasAttribute)), $"{contract.Name}.{method.Name} has no [Alias]"));
        Assert.Distinct(methods.Select(method => method.GetCustomAttribute<AliasAttribute>()!.Alias));
        Assert.All(methods, method => Assert.DoesNotContain(method.GetParameters().SkipLast(1), parameter => parameter.ParameterType == typeof(CancellationToken)));
    }

    [Fact]
    public void An_exception_that_callers_are_meant_to_catch_crosses_as_itself() =>
        Assert.All(MessageTypes.Exceptions, type => Assert.True(type.IsDefined(typeof(GenerateSerializerAttribute), false), $"{type} has no [GenerateSerializer]"));

    private static string? Alias(Type type) => type.GetCustomAttribute<AliasAttribute>(false)?.Alias;
}
