using System.Globalization;
using System.Text.Json;
using Trading.MarketData.Providers.Http;
using Trading.MarketData.Providers.Parsing;

namespace Trading.MarketData.Providers.Vendors;

/// <summary>Alpaca market data v2: raw one-minute bars of US equities. A continuation is the vendor's page token.</summary>
internal sealed class AlpacaClient : VendorClient
{
    internal const string ProviderName = "alpaca";

    private static readonly KnownText[] Texts =
    [
        new("forbidden", FailureKind.Unauthorized),
        new("unauthorized", FailureKind.Unauthorized),
        new("request is not authorized", FailureKind.Unauthorized),
        new("subscription does not permit", FailureKind.Unauthorized),
        new("too many requests", FailureKind.RateLimited),
        new("invalid symbol", FailureKind.NotAvailable),
    ];

    private static readonly RowShape Shape = new(TimeForm.Rfc3339, "t", "o", "h", "l", "c", "v");

    internal AlpacaClient(ProviderContext context)
        : base(context, Texts, envelope => envelope.IsObject && !envelope.Has("bars"))
    {
    }

    private protected override IReadOnlyList<KeyValuePair<string, string>> KeyHeaders =>
        [new("APCA-API-KEY-ID", Context.Account.ApiKey), new("APCA-API-SECRET-KEY", Context.Account.ApiSecret)];

    /// <summary>10,000 minutes fit into a page: ten trading days of 960.</summary>
    public override TimeSpan LongestRequest(Engine.Bars.AssetClass assetClass) => TimeSpan.FromDays(14);

    private protected override Task<ProviderAnswer<MinutePage>> MinutesAsync(MinuteRequest request, string? continuation, CancellationToken cancellationToken)
    {
        var path = continuation is null ? MinutesPath(request) : $"{MinutesPath(request)}&page_token={Uri.EscapeDataString(continuation)}";
        return AskAsync(What(request), path, (answer, envelope) => ReadMinutes(answer, envelope, request, continuation), cancellationToken);
    }

    private protected override string MinutesPath(MinuteRequest request)
    {
        // one second before the end: right whether the vendor's end is inclusive or not, since bars start on whole minutes
        var (start, end) = (Rfc3339(request.Start), Rfc3339(request.End - 1_000_000));
        return $"/v2/stocks/bars?symbols={request.Symbol}&timeframe=1Min&start={start}&end={end}&limit=10000&adjustment=raw";
    }

    private protected override string ProbePath() => $"/v2/stocks/bars?symbols=AAPL&timeframe=1Min&start={Iso(ProbeDay())}T15:00:00Z&end={Iso(ProbeDay())}T15:00:00Z&limit=1";

    private static string Rfc3339(long micros) => VendorTime.ToUtc(micros).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private ProviderAnswer<MinutePage> ReadMinutes(HttpAnswer answer, Envelope envelope, MinuteRequest request, string? continuation)
    {
        if (envelope.KindOf("bars") is not (JsonTokenType.StartObject or JsonTokenType.Null)) return Answers.Malformed("the answer has no bars by symbol");
        var next = envelope["next_page_token"] is { Length: > 0 } token ? token : null;
        if (next is not null && next == continuation) return Answers.Malformed("next_page_token leads to the same page again");
        var rows = NewRows(request);
        var reader = new Utf8JsonReader(answer.Start);
        TryFind(ref reader, "bars");
        while (reader.TokenType != JsonTokenType.Null && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isAsked = reader.ValueTextEquals(request.Symbol);
            reader.Read();
            if (isAsked && reader.TokenType == JsonTokenType.StartArray) Shape.ReadArray(ref reader, rows);
            else if (isAsked && reader.TokenType != JsonTokenType.Null) return Answers.Malformed($"the bars of {request.Symbol} are no list");
            reader.Skip();
        }

        return ToPage(rows, next);
    }
}
