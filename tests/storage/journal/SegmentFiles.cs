namespace Trading.Storage.Tests.Journal;

internal static class SegmentFiles
{
    /// <summary>The file of the newest segment.</summary>
    public static string LastSegment(this Faults.FaultFiles files) => files.Paths.Last(path => path.EndsWith(".journal", StringComparison.Ordinal));
}
