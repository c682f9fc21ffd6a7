using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Trading.Engine.Bars;
using Trading.Engine.Clock;
using Trading.Engine.Configuration;
using Trading.Engine.Costs;

namespace Trading.Engine.Snapshot;

/// <summary>Tells one run's configuration, fee tables and bars from another's, so that a snapshot is never continued on different ones.</summary>
/// <remarks>The bars go through a fast mixing hash: it guards against a mix-up, not against an attacker. The report's fingerprint is cryptographic.</remarks>
internal static class RunIdentity
{
    public static byte[] Of(SimulationConfig config, SessionClock clock, RegulatoryFees fees)
    {
        var text = new StringBuilder(1024).Append(CultureInfo.InvariantCulture, $"{config}");
        foreach (ref readonly var row in fees.SecRows) text.Append(CultureInfo.InvariantCulture, $"|{row}");
        foreach (ref readonly var row in fees.TafRows) text.Append(CultureInfo.InvariantCulture, $"|{row}");
        for (var symbol = 0; symbol < clock.Series.Length; symbol++)
        {
            var series = clock.Series[symbol];
            text.Append(CultureInfo.InvariantCulture, $"|{series.Instrument} {series.SourceIn(config.Start, config.End)} {series.DataVersion} {series.BarMicros} {series.Days.Calendar} {series.Days.Version}")
                .Append(CultureInfo.InvariantCulture, $" {clock.Bars[symbol]} {Mix(series, clock.First[symbol], clock.End[symbol])}");
        }

        return SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static ulong Mix(BarSeries series, int first, int end)
    {
        var hash = 14_695_981_039_346_656_037UL;
        var length = end - first;
        hash = Mix(hash, series.OpenTime.AsSpan(first, length));
        hash = Mix(hash, series.Open.AsSpan(first, length));
        hash = Mix(hash, series.High.AsSpan(first, length));
        hash = Mix(hash, series.Low.AsSpan(first, length));
        hash = Mix(hash, series.Close.AsSpan(first, length));
        return Mix(hash, series.Volume.AsSpan(first, length));
    }

    private static ulong Mix(ulong hash, ReadOnlySpan<long> column)
    {
        unchecked
        {
            foreach (var word in MemoryMarshal.Cast<long, ulong>(column)) hash = ((hash ^ word) * 0x9E3779B97F4A7C15UL) ^ (hash >> 29);
        }

        return hash;
    }
}
