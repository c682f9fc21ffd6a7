using System.Text.Json;
using Trading.MarketData.Providers.Http;
using Trading.MarketData.Providers.Parsing;

namespace Trading.MarketData.Providers.Vendors;

/// <summary>
/// Financial Modeling Prep: one-minute candles of US equities. Times have no zone and are New York's; the key can only go into the query, so addresses
/// of this client are never shown whole. Its bounds are dates: rows outside the asked time are dropped.
/// </summary>
internal sealed class FinancialModelingPrepClient : VendorClient
{
    internal const string ProviderName = "financial_modeling_prep";

    private static readonly KnownText[] Texts =
    [
        new("Bandwidth Limit Reach", FailureKind.QuotaExhausted),
        new("Limit Reach", FailureKind.RateLimited),
        new("Invalid API KEY", FailureKind.Unauthorized),
        new("Restricted Endpoint", FailureKind.Unauthorized),
        new("Premium Query Parameter", FailureKind.Unauthorized),
        new("Exclusive Endpoint", FailureKind.Unauthorized),
        new("Special Endpoint", FailureKind.Unauthorized),
        new("Legacy Endpoint", FailureKind.Unauthorized),
    ];

    private static readonly RowShape Shape = new(TimeForm.NewYork, "date", "open", "high", "low", "close", "volume");

    internal FinancialModelingPrepClient(ProviderContext context)
        : base(context, Texts, envelope => envelope.IsObject && !envelope.Has("historical"))
    {
    }

    private protected override IReadOnlyList<KeyValuePair<string, string>> KeyHeaders => [];

    private protected override string KeyQuery => "&apikey=" + Uri.EscapeDataString(Context.Account.ApiKey);

    /// <summary>The vendor cuts longer answers without saying so.</summary>
    public override TimeSpan LongestRequest(Engine.Bars.AssetClass assetClass) => TimeSpan.FromDays(3);

    private protected override Task<ProviderAnswer<MinutePage>> MinutesAsync(MinuteRequest request, string? continuation, CancellationToken cancellationToken) =>
        AskAsync(What(request), MinutesPath(request), (answer, envelope) => ReadMinutes(answer, envelope, request), cancellationToken);

    private protected override string MinutesPath(MinuteRequest request)
    {
        var (from, to) = (VendorTime.NewYorkDate(request.Start), VendorTime.NewYorkDate(request.End - 1));
        return $"/stable/historical-chart/1min?symbol={Ticker(request.Symbol)}&from={Iso(from)}&to={Iso(to)}";
    }

    private protected override string ProbePath() => $"/stable/historical-chart/1min?symbol=AAPL&from={Iso(ProbeDay())}&to={Iso(ProbeDay())}";

    private static string Ticker(string symbol) => symbol.Replace('.', '-');

    // a flat array, or the older shape with the array inside
    private ProviderAnswer<MinutePage> ReadMinutes(HttpAnswer answer, Envelope envelope, MinuteRequest request)
    {
        if (envelope["symbol"] is { } symbol && symbol != Ticker(request.Symbol)) return Answers.Malformed($"the answer is about {symbol}");
        var reader = new Utf8JsonReader(answer.Start);
        var isThere = envelope.IsArray ? reader.Read() : TryFind(ref reader, "historical");
        if (!isThere || reader.TokenType != JsonTokenType.StartArray) return Answers.Malformed("the answer is no list of candles");
        var rows = NewRows(request);
        Shape.ReadArray(ref reader, rows);
        return ToPage(rows, null);
    }
}
