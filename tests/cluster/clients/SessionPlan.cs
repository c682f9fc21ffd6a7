using System.Globalization;

namespace Trading.Cluster.Tests.Clients;

/// <summary>What one session simulates. Everything that a result hash depends on follows from <see cref="Index"/>, so that two runs can be compared session by session.</summary>
/// <param name="Index">Number of the session within a run, from 0.</param>
/// <param name="SessionId">Unique per user; has no influence on the results because the seed is given.</param>
/// <param name="Symbols">One or two.</param>
/// <param name="Start">First instant.</param>
/// <param name="End">First instant after it.</param>
/// <param name="Window">Ticks the service may send ahead.</param>
internal sealed record SessionPlan(int Index, string SessionId, string[] Symbols, DateTime Start, DateTime End, int Window)
{
    private static readonly string[][] Markets = [["EURUSD"], ["BTCUSD"], ["NZDUSD"], ["EURUSD", "NZDUSD"]];
    private static readonly DateTime[] CurrencyDays = [.. new[] { 1, 5, 6, 7, 8, 12, 13, 14 }.Select(day => Day(2014, 5, day))];
    private static readonly DateTime[] CoinDays = [Day(2016, 10, 7), Day(2016, 10, 8), Day(2017, 9, 3), Day(2017, 12, 17), Day(2018, 4, 5)];

    public ulong Seed => OrderFlow.Mix((ulong)Index + 1);

    /// <param name="run">Begins the session's id.</param>
    /// <param name="index">Number of the session.</param>
    /// <param name="ticks">Bars of the first symbol in the range; with a second symbol the ticks are somewhat more.</param>
    public static SessionPlan Of(string run, int index, int ticks)
    {
        var symbols = Markets[index % Markets.Length];
        var days = symbols[0] == "BTCUSD" ? CoinDays : CurrencyDays;
        var start = days[index / Markets.Length % days.Length].AddMinutes(30 * (index % 20));
        return new(index, string.Create(CultureInfo.InvariantCulture, $"{run}-{index:000}"), symbols, start, ClientBars.Of(symbols[0]).After(start, ticks), index % 4 == 3 ? 4 : 1);
    }

    private static DateTime Day(int year, int month, int day) => new(year, month, day, 0, 0, 0, DateTimeKind.Utc);
}
