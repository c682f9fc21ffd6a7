using System.Globalization;
using Orleans.Runtime;

namespace Trading.Actors.Tests.Embedded;

public sealed class ChurnTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task No_call_is_lost_or_run_twice_while_activations_come_and_go(int seed)
    {
        const int Callers = 6;
        const int CallsEach = 400;
        await using var host = await EmbeddedHost.Start(_ => { });
        var grains = Enumerable.Range(0, 3).Select(number => host.Grain<IChurnGrain>($"churn{number}")).ToArray();
        using var done = new CancellationTokenSource();
        var leaving = Task.Run(async () =>
        {
            var random = new Random(seed);
            while (!done.IsCancellationRequested)
            {
                await grains[random.Next(grains.Length)].Leave();
                await Task.Yield();
            }
        });
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var random = new Random((seed * 1000) + caller);
            for (var call = 0; call < CallsEach; call++)
            {
                await grains[random.Next(grains.Length)].Note((caller * CallsEach) + call);
            }
        })));
        await done.CancelAsync();
        await leaving;
        var noted = grains.SelectMany(grain => host.Signals.Logged(grain.GetPrimaryKeyString() + ":")).Select(line => int.Parse(line, CultureInfo.InvariantCulture));
        Assert.Equal(Enumerable.Range(0, Callers * CallsEach), noted.Order());
    }

    [Fact]
    public async Task While_the_silo_stops_every_call_ends_one_way_or_the_other()
    {
        await using var host = await EmbeddedHost.Start(_ => { });
        var callers = Enumerable.Range(0, 4).Select(caller => Task.Run(async () =>
        {
            for (var call = 0; ; call++)
            {
                try
                {
                    await host.Grain<IChurnGrain>($"{caller}.{call % 50}").Note(call);
                }
                catch (SiloUnavailableException)
                {
                    return call;
                }

                if (call == 200)
                {
                    host.Signals.Set($"busy{caller}");
                }
            }
        })).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(caller => host.Signals.Wait($"busy{caller}")));
        await host.StopAsync();
        Assert.All(await Task.WhenAll(callers), calls => Assert.True(calls > 200));
        await Assert.ThrowsAsync<SiloUnavailableException>(() => host.Grain<IChurnGrain>("after").Note(1));
    }
}
