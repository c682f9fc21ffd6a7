namespace Trading.Grains.Data;

/// <summary>The clock of budgets, schedules and waits. Apart from the runtime's, so that tests turn it without making calls under way late.</summary>
public class DataClock(TimeProvider time)
{
    public TimeProvider Time => time;

    /// <summary>Microseconds since 1970-01-01Z.</summary>
    public long Micros => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / 10;

    /// <summary>How long a grain's timer is to run so that <paramref name="wait"/> passes between two slices; tests turn their clock instead.</summary>
    public virtual TimeSpan Timer(TimeSpan wait) => wait;
}
