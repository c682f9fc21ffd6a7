namespace Trading.Grains.Tenants;

/// <summary>
/// Counts uses in fixed windows that are aligned to the clock in UTC, so that every user's hour starts at the full hour (SIM-O37).
/// The numbers live in a <see cref="WindowCount"/>, which may be part of a stored document.
/// </summary>
/// <param name="length">Length of a window; divides a day.</param>
internal sealed class FixedWindow(TimeSpan length)
{
    public static readonly FixedWindow Minute = new(TimeSpan.FromMinutes(1));
    public static readonly FixedWindow Hour = new(TimeSpan.FromHours(1));
    public static readonly FixedWindow Day = new(TimeSpan.FromDays(1));

    /// <summary>The first instant after the window that <paramref name="now"/> lies in.</summary>
    public DateTimeOffset EndOf(DateTimeOffset now) => new((Index(now) + 1) * length.Ticks, TimeSpan.Zero);

    /// <summary>Uses so far in the window of <paramref name="now"/>.</summary>
    public long Used(WindowCount count, DateTimeOffset now) => count.Window >= Index(now) ? count.Used : 0;

    /// <summary>Counts <paramref name="uses"/> more. The first count of a window forgets the one before; a clock that steps back counts on in the newer window.</summary>
    public void Add(WindowCount count, DateTimeOffset now, long uses)
    {
        Enter(count, now);
        count.Used += uses;
    }

    /// <summary>True exactly once in a window: when the uses have reached <paramref name="percent"/> % of <paramref name="limit"/>.</summary>
    public bool ShouldWarn(WindowCount count, DateTimeOffset now, long limit, int percent)
    {
        Enter(count, now);
        if (count.Warned || count.Used * 100 < limit * percent) return false;
        count.Warned = true;
        return true;
    }

    private void Enter(WindowCount count, DateTimeOffset now)
    {
        var window = Index(now);
        if (window <= count.Window) return;
        count.Window = window;
        count.Used = 0;
        count.Warned = false;
    }

    private long Index(DateTimeOffset now) => now.UtcTicks / length.Ticks;
}

/// <summary>How much of a limit is used in one window.</summary>
[GenerateSerializer, Alias("trading.window-count")]
public sealed class WindowCount
{
    /// <summary>Number of the window since year 1, by its own length.</summary>
    [Id(0)] public long Window { get; set; }

    [Id(1)] public long Used { get; set; }

    /// <summary>The warning of this window was given (SIM-070).</summary>
    [Id(2)] public bool Warned { get; set; }
}
