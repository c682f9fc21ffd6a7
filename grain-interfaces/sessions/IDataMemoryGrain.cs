namespace Trading.GrainInterfaces.Sessions;

/// <summary>What data the sessions of one user ran on, so that a new one can say when they have changed since; key = user id.</summary>
[Alias("trading.data-memory")]
public interface IDataMemoryGrain : IGrainWithStringKey
{
    /// <summary>Remembers what a session uses. Idempotent.</summary>
    /// <param name="uses">One per symbol of the session.</param>
    /// <returns>What an earlier session used for the same and that was different; nothing for a use that is new or unchanged.</returns>
    [Alias("remember")]
    Task<IReadOnlyList<DataUse>> Remember(IReadOnlyList<DataUse> uses);
}

/// <summary>The data that a session used of one symbol.</summary>
/// <param name="Provider">As the session named it.</param>
/// <param name="DataVersion"><c>raw</c>, <c>split</c> or <c>adjusted</c>.</param>
/// <param name="Symbol">Canonical symbol.</param>
/// <param name="Start">Begin of the session's range, microseconds since 1970-01-01Z.</param>
/// <param name="End">First instant after it.</param>
/// <param name="ExtendedHours">Whether extended hours count.</param>
/// <param name="Fingerprint">SHA-256 over the bars used, lower-case hex.</param>
/// <param name="Session">The session.</param>
/// <param name="At">When the data were so, microseconds since 1970-01-01Z.</param>
[GenerateSerializer, Immutable, Alias("trading.data-use")]
public sealed record DataUse(
    [property: Id(0)] string Provider,
    [property: Id(1)] string DataVersion,
    [property: Id(2)] string Symbol,
    [property: Id(3)] long Start,
    [property: Id(4)] long End,
    [property: Id(5)] bool ExtendedHours,
    [property: Id(6)] string Fingerprint,
    [property: Id(7)] string Session,
    [property: Id(8)] long At)
{
    /// <summary>Whether the two ask for the same data.</summary>
    public bool IsOfTheSame(DataUse other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Symbol == other.Symbol && Start == other.Start && End == other.End && ExtendedHours == other.ExtendedHours && Provider == other.Provider && DataVersion == other.DataVersion;
    }
}
