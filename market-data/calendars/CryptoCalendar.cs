using NodaTime;

namespace Trading.MarketData.Calendars;

/// <summary>Crypto trades around the clock; its days are the days of UTC.</summary>
public sealed class CryptoCalendar : TradingCalendar
{
    public CryptoCalendar()
        : base("crypto", "1")
    {
    }

    private protected override DayHours? HoursOn(LocalDate date)
    {
        var open = date.AtStartOfDayInZone(DateTimeZone.Utc).ToInstant();
        var close = open + Duration.FromDays(1);
        return new DayHours(date, open, open, close, close);
    }
}
