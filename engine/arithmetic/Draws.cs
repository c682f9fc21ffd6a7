namespace Trading.Engine.Arithmetic;

/// <summary>Counter-based randomness (EXEC-007): a draw is a pure function of seed, order number and purpose.</summary>
internal static class Draws
{
    public const int Latency = 0;
    public const int CancelLatency = 1;

    /// <summary>A draw in [0, <paramref name="most"/>], for most ≥ 0.</summary>
    public static long UpTo(long most, ulong seed, int orderNumber, int purpose)
    {
        if (most == 0) return 0;
        unchecked
        {
            // SplitMix64, Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
            var z = seed + 0x9E3779B97F4A7C15UL * ((ulong)orderNumber * 8 + (ulong)purpose + 1);
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            z ^= z >> 31;
            return (long)Math.BigMul(z, (ulong)most + 1, out _);
        }
    }
}
