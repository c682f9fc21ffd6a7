using Trading.GrainInterfaces;

namespace Trading.Gateway.Sessions;

/// <summary>Idempotent calls that are made again while what keeps them from being answered passes.</summary>
internal static class Repetition
{
    /// <summary>Of the time that has passed: what is over is noticed after an eighth more.</summary>
    private const int Share = 8;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>The pause before the next attempt: short at first, because most of what fails is over soon, and long for what lasts, so that whatever comes back is not run down.</summary>
    /// <param name="passed">Since the first attempt failed.</param>
    internal static TimeSpan Pause(TimeSpan passed)
    {
        var pause = passed / Share;
        return pause < ShortestPause ? ShortestPause : pause < LongestPause ? pause : LongestPause;
    }

    /// <summary>Makes a call until it is answered.</summary>
    /// <param name="call">The call.</param>
    /// <param name="within">After this no other attempt is made.</param>
    /// <param name="isOver">Nobody needs the answer any more.</param>
    /// <param name="time">Clock of the pauses.</param>
    /// <exception cref="Exception">What the last attempt failed with.</exception>
    internal static async Task<T> RunAsync<T>(Func<Task<T>> call, TimeSpan within, Func<bool> isOver, TimeProvider time)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await call().ConfigureAwait(false);
            }
            catch (Exception failure) when (PassingFailures.Include(failure) && time.GetElapsedTime(started) < within && !isOver())
            {
                // made again below, outside of the handler
            }

            await Task.Delay(Pause(time.GetElapsedTime(started)), time).ConfigureAwait(false);
        }
    }
}
