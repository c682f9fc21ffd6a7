using Trading.Engine.Events;
using Trading.Engine.Orders;

namespace Trading.Engine.Tests.Twin;

/// <summary>Checks inside a tick that each fill moves cash and one position by exactly what it says, and nothing else (EXEC-054).</summary>
public sealed class FillWatch : IFillObserver
{
    private readonly Simulation _simulation;
    private readonly long[] _position;
    private Int128 _cash;

    public FillWatch(Simulation simulation, Workload workload)
    {
        _simulation = simulation;
        _position = [.. Enumerable.Range(0, workload.Series.Count).Select(simulation.Position)];
        _cash = simulation.Cash;
    }

    public void Filled(in SimulationEvent fill)
    {
        var direction = fill.Side == OrderSide.Buy ? 1 : -1;
        _cash -= (direction * (Int128)fill.Quantity * fill.Price) + fill.Commission + fill.Fees;
        _position[fill.Symbol] += direction * fill.Quantity;
        Assert.Equal(_cash, _simulation.Cash);
        for (var symbol = 0; symbol < _position.Length; symbol++) Assert.Equal(_position[symbol], _simulation.Position(symbol));
    }
}
