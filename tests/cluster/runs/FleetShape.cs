namespace Trading.Cluster.Tests.Runs;

/// <param name="Sessions">Sessions at the same time.</param>
/// <param name="Ticks">Ticks of each.</param>
/// <param name="Pace">Time that a client takes for a tick.</param>
internal sealed record FleetShape(int Sessions, int Ticks, TimeSpan Pace);
