namespace Trading.MarketData.Synthetic;

/// <summary>
/// Random numbers as a pure function of seed, stream, counter and purpose: the same on every machine, and independent of the order in
/// which they are drawn. Mixes with the finaliser of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
/// </summary>
internal readonly struct CounterRandom(long seed, string stream)
{
    private readonly ulong _key = Mix(unchecked((ulong)seed) ^ Mix(Fnv1A(stream)));

    /// <summary>64 random bits.</summary>
    public ulong Bits(long counter, int purpose) => unchecked(Mix(Mix(_key + (0x9E3779B97F4A7C15UL * (ulong)counter)) + (0xD1B54A32D192ED03UL * (ulong)(purpose + 1))));

    /// <summary>A whole number in [0, bound), bound at most 2³².</summary>
    public long Below(long bound, long counter, int purpose) => (long)(((Bits(counter, purpose) >> 32) * (ulong)bound) >> 32);

    /// <summary>Close to a normal draw with mean 0 and standard deviation <paramref name="deviation"/> (below 10¹²), never beyond ±3.47 of them.</summary>
    /// <remarks>Sum of four uniform 16-bit numbers (Irwin–Hall), in integers only.</remarks>
    public long Normal(long deviation, long counter, int purpose)
    {
        const long sumOfMeans = 131_070;
        const long sumDeviation = 37_837;
        var bits = Bits(counter, purpose);
        var sum = (long)((bits & 0xFFFF) + ((bits >> 16) & 0xFFFF) + ((bits >> 32) & 0xFFFF) + (bits >> 48));
        return (sum - sumOfMeans) * deviation / sumDeviation;
    }

    private static ulong Mix(ulong value)
    {
        unchecked
        {
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
            return value ^ (value >> 31);
        }
    }

    private static ulong Fnv1A(string text)
    {
        var hash = 0xCBF29CE484222325UL;
        foreach (var character in text) hash = unchecked((hash ^ character) * 0x100000001B3UL);
        return hash;
    }
}
