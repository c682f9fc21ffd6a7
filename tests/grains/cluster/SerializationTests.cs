using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Trading.GrainInterfaces.Data;
using Trading.GrainInterfaces.Tenants;
using Trading.Grains.Tests.Messages;
using Trading.Grains.Tests.Support;

namespace Trading.Grains.Tests.Cluster;

/// <summary>Every message, every stored state and every exception, through the serializer that the silos use.</summary>
public sealed class SerializationTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddSerializer().BuildServiceProvider();

    public static TheoryData<Type> Types =>
        [.. MessageTypes.Messages.Concat(MessageTypes.States).Distinct().Where(MessageTypes.IsOurs).Where(type => !type.IsEnum && !type.IsAbstract)];

    private Serializer Serializer => _services.GetRequiredService<Serializer>();

    public void Dispose() => _services.Dispose();

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_value_of_a_message_arrives(Type type)
    {
        var sent = new Samples().Of(type);
        var received = Serializer.Deserialize<object>(Serializer.SerializeToArray<object>(sent));
        Assert.Equal(Samples.Text(sent), Samples.Text(received));
        Assert.DoesNotContain("()", Samples.Text(sent).Replace($"{type.Name}()", type.Name, StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Empty_single_and_long_lists_arrive_whatever_the_compiler_makes_of_them()
    {
        int[] none = [];
        foreach (var days in new IReadOnlyList<int>[] { [], [1], [1, 2], [.. none], [.. Enumerable.Range(0, 5_000)], new List<int> { 1 }, new[] { 1, 2, 3 } })
        {
            var work = new SymbolWork { Planned = days, Notes = ["only one"], ToFetch = [new FetchRange(1, 2), .. Enumerable.Repeat(new FetchRange(3, 4, HadFailure: true), 2)] };
            var received = Serializer.Deserialize<SymbolWork>(Serializer.SerializeToArray(work));
            Assert.Equal(Samples.Text(work), Samples.Text(received));
        }
    }

    [Fact]
    public void The_largest_page_is_a_message_of_less_than_a_megabyte()
    {
        var column = Enumerable.Range(0, 10_000).Select(at => 1_721_136_600_000_000 + (at * 60_000_000L)).ToArray();
        var page = new CandlePageAnswer { Time = column, Open = column, High = [.. column], Low = [.. column], Close = [.. column], Volume = [.. column] };
        var bytes = Serializer.SerializeToArray(page);
        Assert.True(bytes.Length < 1_000_000, $"{bytes.Length} bytes");
        Assert.Equal(Samples.Text(page), Samples.Text(Serializer.Deserialize<CandlePageAnswer>(bytes)));
    }

    [Fact]
    public void Exceptions_arrive_as_themselves()
    {
        foreach (var sent in new Exception[] { new ForeignTenantException(), new Trading.Grains.Tenants.UnknownTenantException("eve"), new Trading.GrainInterfaces.Sessions.SessionInterruptedException() })
        {
            var received = Serializer.Deserialize<Exception>(Serializer.SerializeToArray(sent));
            Assert.Equal((sent.GetType(), sent.Message), (received!.GetType(), received.Message));
        }
    }
}
