using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Trading.Bench;

/// <summary>Processor time that the calling thread has used; where the system does not tell, the time that has passed.</summary>
internal static class ThreadClock
{
    private const int ThreadProcessorTime = 3;

    public static double Seconds
    {
        get
        {
            if (OperatingSystem.IsLinux() && ClockGetTime(ThreadProcessorTime, out var time) == 0) return time.Seconds + (time.Nanoseconds * 1e-9);
            return Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;
        }
    }

    [DllImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ClockGetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct TimeSpec
    {
        public readonly nint Seconds;
        public readonly nint Nanoseconds;
    }
}
