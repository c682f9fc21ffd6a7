using System.Globalization;

namespace Trading.Bench;

/// <summary>The two ways in which every benchmark ends: a median, and how it stands to its goal.</summary>
internal static class Medians
{
    public static double Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>The last line of a measurement. The ratio is above 1 where the goal is met.</summary>
    public static void AtLeast(TextWriter output, string what, double measured, double goal) => Line(output, what, measured, "at least", goal, measured / goal);

    /// <inheritdoc cref="AtLeast"/>
    public static void AtMost(TextWriter output, string what, double measured, double goal) => Line(output, what, measured, "at most", goal, measured <= goal && goal == 0 ? 1 : goal / measured);

    private static void Line(TextWriter output, string what, double measured, string bound, double goal, double ratio) => output.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"  => {what}: {measured:#,0.##}, goal {bound} {goal:#,0.##}, ratio {ratio:0.00} {(ratio >= 1 ? "met" : "SHORT")}"));
}
