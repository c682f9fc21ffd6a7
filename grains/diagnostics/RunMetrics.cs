using System.Diagnostics.Metrics;
using Trading.Diagnostics;

namespace Trading.Grains.Diagnostics;

/// <summary>The measurements of runs on the server, meter <c>Trading.Runs</c>; docs/telemetry.md lists names, units and labels. Safe for concurrent use.</summary>
public static class RunMetrics
{
    public const string MeterName = "Trading.Runs";

    /// <summary>One run over bars.</summary>
    public const string Backtest = "backtest";

    /// <summary>Many runs over sets of parameters.</summary>
    public const string Sweep = "sweep";

    private static readonly Meter Meter = new(MeterName);

    private static readonly UpDownCounter<int> Active = Meter.CreateUpDownCounter<int>("trading.run.active", "{run}", "Runs in progress.");

    private static readonly Histogram<double> Duration = Meter.CreateHistogram("trading.run.duration", "s", "From the start of a run to its end.", advice: Buckets.Seconds);

    private static readonly Counter<long> Sets = Meter.CreateCounter<long>("trading.run.sets", "{set}", "Parameter sets of sweeps that were computed.");

    private static readonly UpDownCounter<int> SetsActive = Meter.CreateUpDownCounter<int>("trading.run.sets.active", "{set}", "Parameter sets that are being computed.");

    /// <summary>A run began, or goes on in this process.</summary>
    /// <param name="kind"><see cref="Backtest"/> or <see cref="Sweep"/>.</param>
    public static void Started(string kind) => Active.Add(1, Label("kind", kind));

    /// <summary>A run left this process without having ended; it goes on elsewhere.</summary>
    public static void Left(string kind) => Active.Add(-1, Label("kind", kind));

    /// <summary>A run is over.</summary>
    /// <param name="kind"><see cref="Backtest"/> or <see cref="Sweep"/>.</param>
    /// <param name="state"><c>completed</c>, <c>failed</c> or <c>cancelled</c>.</param>
    /// <param name="duration">Since it was started, wherever that was.</param>
    public static void Ended(string kind, string state, TimeSpan duration)
    {
        Active.Add(-1, Label("kind", kind));
        Duration.Record(duration.TotalSeconds, Label("kind", kind), Label("state", state));
    }

    /// <summary>The computation of one parameter set began.</summary>
    public static void SetStarted() => SetsActive.Add(1);

    /// <summary>It was given up, because its run is over or this process stops.</summary>
    public static void SetLeft() => SetsActive.Add(-1);

    /// <summary>It ended.</summary>
    public static void SetEnded(bool success)
    {
        SetsActive.Add(-1);
        Sets.Add(1, Label("result", success ? "completed" : "failed"));
    }

    private static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);
}
