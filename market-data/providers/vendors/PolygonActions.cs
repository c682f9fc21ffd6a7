using System.Text.Json;

namespace Trading.MarketData.Providers.Vendors;

/// <summary>One of the vendor's two tables of corporate actions.</summary>
internal sealed class PolygonActions
{
    public static readonly PolygonActions Splits = new("splits", "/v3/reference/splits", "execution_date");
    public static readonly PolygonActions Dividends = new("dividends", "/v3/reference/dividends", "ex_dividend_date");

    private PolygonActions(string kind, string folder, string dateMember)
    {
        Kind = kind;
        Folder = folder;
        DateMember = dateMember;
    }

    public string Kind { get; }

    public string Folder { get; }

    public string DateMember { get; }

    /// <summary>Reads the rows; the reader stands on the array's first bracket.</summary>
    public ActionRows Read(ref Utf8JsonReader reader, ActionsRequest request)
    {
        var rows = new ActionRows(request.First, request.Last);
        for (var row = 1; ActionRows.TryReadObject(ref reader, out var members); row++)
        {
            if (members.TryGetValue("ticker", out var ticker) && ticker != request.Symbol) rows.Drop($"{Kind} row {row}: is about {ticker}");
            else if (!ActionRows.TryDate(members, DateMember, out var date)) rows.Drop($"{Kind} row {row}: has no {DateMember}");
            else if (ReferenceEquals(this, Splits)) AddSplit(rows, row, members, date);
            else AddDividend(rows, row, members, date);
        }

        return rows;
    }

    private static void AddSplit(ActionRows rows, int row, Dictionary<string, string> members, DateOnly date)
    {
        if (ActionRows.TryUnits(members, "split_from", out var from) && ActionRows.TryUnits(members, "split_to", out var to)) rows.AddSplit(date, from, to);
        else rows.Drop($"splits row {row}: has no split_from and split_to");
    }

    private static void AddDividend(ActionRows rows, int row, Dictionary<string, string> members, DateOnly date)
    {
        // prices are in dollars; an amount in another currency would be a wrong adjustment
        if (members.TryGetValue("currency", out var currency) && currency != "USD") rows.Drop($"dividends row {row}: is paid in {currency}");
        else if (ActionRows.TryUnits(members, "cash_amount", out var cash)) rows.AddDividend(date, cash);
        else rows.Drop($"dividends row {row}: has no cash_amount");
    }
}
