namespace Trading.Storage.ReadModels;

/// <summary>
/// What an append changes of the tables that dashboards and operators read. It is written in the transaction of the append, or not at all; written twice it
/// changes nothing more.
/// </summary>
public sealed record SessionChange
{
    /// <summary>The run as it is now.</summary>
    public required RunRow Run { get; init; }

    /// <summary>The account as it is now; null leaves what is stored (the engine of a failed run is not asked any more).</summary>
    public AccountRow? Account { get; init; }

    /// <summary>Orders that are new or changed since the append before, each as it is now.</summary>
    public IReadOnlyList<OrderRow> Orders { get; init; } = [];

    /// <summary>Fills since the append before, in order of execution.</summary>
    public IReadOnlyList<FillRow> Fills { get; init; } = [];

    /// <summary>
    /// The session comes from its journal and may be behind what is stored, which was written with ticks that no record holds: what is stored beyond the
    /// run's number of fills and beyond its point of the portfolio goes, before the rows of this change are written.
    /// </summary>
    public bool Rewind { get; init; }

    /// <summary>Rows, all tables together.</summary>
    public int Rows => 2 + Orders.Count + Fills.Count + (Account?.Positions.Count ?? 0);
}
