using System.Collections.Concurrent;
using System.Globalization;
using Trading.Cluster.Tests.Support;

namespace Trading.Cluster.Tests.Clients;

/// <summary>The client's own copy of the bars: the service never sends a price.</summary>
internal sealed class ClientBars
{
    private static readonly ConcurrentDictionary<string, ClientBars> Loaded = new(StringComparer.Ordinal);

    private readonly DateTime[] _times;
    private readonly decimal[] _closes;

    private ClientBars(string file)
    {
        var rows = File.ReadLines(file).Skip(1).Select(line => line.Split(',')).ToArray();
        _times = Array.ConvertAll(rows, row => Instant(row[0]));
        _closes = Array.ConvertAll(rows, row => decimal.Parse(row[4], CultureInfo.InvariantCulture));
    }

    public static ClientBars Of(string symbol) => Loaded.GetOrAdd(symbol, name => new ClientBars(Path.Combine(Programs.Bars, name + ".csv")));

    public static DateTime Instant(string text) => DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal);

    /// <summary>Close of the last bar that began before an instant.</summary>
    public decimal CloseBefore(DateTime instant)
    {
        var at = Array.BinarySearch(_times, instant);
        return _closes[Math.Max((at < 0 ? ~at : at) - 1, 0)];
    }

    /// <summary>First instant after so many bars from <paramref name="start"/> on.</summary>
    public DateTime After(DateTime start, int bars)
    {
        var at = Array.BinarySearch(_times, start);
        return _times[Math.Min((at < 0 ? ~at : at) + bars, _times.Length - 1)];
    }
}
