namespace Trading.Grains.Data;

/// <summary>How a run waits between two slices of a symbol: a timer of the grain. Tests turn their clock instead.</summary>
public class SlicePause
{
    /// <summary>How long the grain's timer is to run so that <paramref name="wait"/> passes.</summary>
    public virtual TimeSpan Timer(TimeSpan wait) => wait;
}
