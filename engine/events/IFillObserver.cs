namespace Trading.Engine.Events;

/// <summary>
/// Told about each fill inside <see cref="ISimulation.CompleteTick"/>, after the account has booked it and before the next thing happens, so that
/// whoever shows the account after every fill (SIM-243) sees it balanced (SIM-247).
/// </summary>
/// <remarks>An observer reads; it must not submit, cancel or replace. Not set = no cost. The same event is in <see cref="ISimulation.Events"/> afterwards.</remarks>
public interface IFillObserver
{
    void Filled(in SimulationEvent fill);
}
