using Trading.GrainInterfaces;

namespace Trading.Gateway.Sessions;

/// <summary>Idempotent calls that are made again while what keeps them from being answered passes.</summary>
internal static class Repetition
{
    internal static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>The pause after one of <paramref name="pause"/>.</summary>
    internal static TimeSpan Longer(TimeSpan pause) => pause * 2 < LongestPause ? pause * 2 : LongestPause;

    /// <summary>Makes a call until it is answered.</summary>
    /// <param name="call">The call.</param>
    /// <param name="within">After this no other attempt is made.</param>
    /// <param name="isOver">Nobody needs the answer any more.</param>
    /// <param name="time">Clock of the pauses.</param>
    /// <exception cref="Exception">What the last attempt failed with.</exception>
    internal static async Task<T> RunAsync<T>(Func<Task<T>> call, TimeSpan within, Func<bool> isOver, TimeProvider time)
    {
        var started = time.GetTimestamp();
        for (var pause = FirstPause; ; pause = Longer(pause))
        {
            try
            {
                return await call().ConfigureAwait(false);
            }
            catch (Exception failure) when (PassingFailures.Include(failure) && time.GetElapsedTime(started) < within && !isOver())
            {
                // made again below, outside of the handler
            }

            await Task.Delay(pause, time).ConfigureAwait(false);
        }
    }
}
