using System.Text.Json;
using Trading.MarketData.Providers.Http;
using Trading.MarketData.Providers.Parsing;

namespace Trading.MarketData.Providers.Vendors;

/// <summary>Tiingo: one-minute candles of IEX for US equities, and the splits and dividends of its daily prices. Volume comes only when asked for by name.</summary>
internal sealed class TiingoClient : VendorClient
{
    internal const string ProviderName = "tiingo";

    private static readonly KnownText[] Texts =
    [
        new("symbol look up for this month", FailureKind.QuotaExhausted),
        new("monthly", FailureKind.QuotaExhausted),
        new("request allocation", FailureKind.RateLimited),
        new("Invalid token", FailureKind.Unauthorized),
        new("Not found", FailureKind.NotAvailable),
    ];

    private static readonly RowShape Shape = new(TimeForm.Rfc3339, "date", "open", "high", "low", "close", "volume");

    internal TiingoClient(ProviderContext context)
        : base(context, Texts, envelope => envelope.IsObject)
    {
    }

    public override bool HasActions => true;

    private protected override IReadOnlyList<KeyValuePair<string, string>> KeyHeaders => [new("Authorization", $"Token {Context.Account.ApiKey}")];

    /// <summary>Ten trading days of 960 minutes: an answer has at most 10,000 rows.</summary>
    public override TimeSpan LongestRequest(Engine.Bars.AssetClass assetClass) => TimeSpan.FromDays(14);

    private protected override Task<ProviderAnswer<MinutePage>> MinutesAsync(MinuteRequest request, string? continuation, CancellationToken cancellationToken) =>
        AskAsync(What(request), MinutesPath(request), (answer, envelope) => ReadMinutes(answer, envelope, request), cancellationToken);

    private protected override Task<ProviderAnswer<ActionsPage>> ActionsAsync(ActionsRequest request, string? continuation, CancellationToken cancellationToken)
    {
        var path = $"/tiingo/daily/{Ticker(request.Symbol)}/prices?startDate={Iso(request.First)}&endDate={Iso(request.Last)}";
        return AskAsync(What(request, "splits and dividends"), path, (answer, envelope) => ReadActions(answer, envelope, request), cancellationToken);
    }

    private protected override string MinutesPath(MinuteRequest request)
    {
        // whether the vendor's days are New York's or UTC's, these dates hold the asked time
        var (from, to) = (VendorTime.NewYorkDate(request.Start), VendorTime.UtcDate(request.End - 1));
        var extended = request.ExtendedHours ? "true" : "false";
        return $"/iex/{Ticker(request.Symbol)}/prices?startDate={Iso(from)}&endDate={Iso(to)}&resampleFreq=1min&columns=open,high,low,close,volume&afterHours={extended}&forceFill=false";
    }

    private protected override string ProbePath() => $"/tiingo/daily/AAPL/prices?startDate={Iso(ProbeDay())}&endDate={Iso(ProbeDay())}";

    private static string Ticker(string symbol) => symbol.Replace('.', '-');

    private ProviderAnswer<MinutePage> ReadMinutes(HttpAnswer answer, Envelope envelope, MinuteRequest request)
    {
        if (!envelope.IsArray) return Answers.Malformed("the answer is no list of candles");
        var rows = NewRows(request);
        var reader = new Utf8JsonReader(answer.Start);
        reader.Read();
        Shape.ReadArray(ref reader, rows);
        return ToPage(rows, null);
    }

    private ProviderAnswer<ActionsPage> ReadActions(HttpAnswer answer, Envelope envelope, ActionsRequest request)
    {
        if (!envelope.IsArray) return Answers.Malformed("the answer is no list of daily prices");
        var rows = new ActionRows(request.First, request.Last);
        var reader = new Utf8JsonReader(answer.Start);
        reader.Read();
        for (var row = 1; ActionRows.TryReadObject(ref reader, out var members); row++)
        {
            if (!ActionRows.TryDate(members, "date", out var date)) rows.Drop($"row {row}: has no date");
            else if (!ActionRows.TryUnits(members, "divCash", out var cash) || !ActionRows.TryUnits(members, "splitFactor", out var factor)) rows.Drop($"row {row}: has no divCash and splitFactor");
            else
            {
                rows.AddDividend(date, cash);
                rows.AddSplitFactor(date, factor);
            }
        }

        return rows.ToPage(null);
    }
}
