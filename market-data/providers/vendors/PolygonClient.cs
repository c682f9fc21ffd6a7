using System.Globalization;
using System.Text.Json;
using Trading.Engine.Bars;
using Trading.MarketData.Providers.Http;
using Trading.MarketData.Providers.Parsing;

namespace Trading.MarketData.Providers.Vendors;

/// <summary>
/// Polygon.io, also called Massive: raw one-minute aggregates, splits and dividends. A continuation is path and query of the vendor's <c>next_url</c>
/// without key and host; it goes to the configured host only, and the parameters that the link drops are sent again on every page, because later
/// pages would come back adjusted for splits otherwise.
/// </summary>
internal sealed class PolygonClient : VendorClient
{
    internal const string ProviderName = "polygon";
    private const string MinuteParameters = "adjusted=false&sort=asc&limit=50000";
    private const string ActionParameters = "limit=1000&order=asc";

    private static readonly KnownText[] Texts =
    [
        new("Unknown API Key", FailureKind.Unauthorized),
        new("NOT_AUTHORIZED", FailureKind.Unauthorized),
        new("exceeded the maximum requests", FailureKind.RateLimited),
        new("NOT_FOUND", FailureKind.NotAvailable),
    ];

    private static readonly RowShape Shape = new(TimeForm.Milliseconds, "t", "o", "h", "l", "c", "v");

    internal PolygonClient(ProviderContext context)
        : base(context, Texts, IsError)
    {
    }

    public override bool HasActions => true;

    private protected override IReadOnlyList<KeyValuePair<string, string>> KeyHeaders => [new("Authorization", $"Bearer {Context.Account.ApiKey}")];

    public override bool Serves(AssetClass assetClass) => assetClass is AssetClass.Equity or AssetClass.Crypto or AssetClass.Forex;

    /// <summary>50,000 minutes fit into a page: 50 equity days of 960 minutes, or 34 days of 1440.</summary>
    public override TimeSpan LongestRequest(AssetClass assetClass) => TimeSpan.FromDays(assetClass == AssetClass.Equity ? 70 : 34);

    private protected override Task<ProviderAnswer<MinutePage>> MinutesAsync(MinuteRequest request, string? continuation, CancellationToken cancellationToken)
    {
        var folder = $"/v2/aggs/ticker/{Ticker(request)}/range/1/minute/";
        var path = continuation is null ? MinutesPath(request) : PolygonLink.Join(continuation, MinuteParameters);
        if (continuation is not null && !PolygonLink.IsUnder(continuation, folder)) return Task.FromResult<ProviderAnswer<MinutePage>>(Answers.Malformed("the continuation belongs to another request"));
        return AskAsync(What(request), path, (answer, envelope) => ReadMinutes(answer, envelope, request, folder, continuation), cancellationToken);
    }

    private protected override Task<ProviderAnswer<ActionsPage>> ActionsAsync(ActionsRequest request, string? continuation, CancellationToken cancellationToken)
    {
        // first all pages of splits, then all pages of dividends; the first page of dividends has no link of its own
        var actions = continuation is not null && (continuation == PolygonActions.Dividends.Folder || PolygonLink.IsUnder(continuation, PolygonActions.Dividends.Folder))
            ? PolygonActions.Dividends : PolygonActions.Splits;
        var isFirst = continuation is null || continuation == PolygonActions.Dividends.Folder;
        if (!isFirst && !PolygonLink.IsUnder(continuation!, actions.Folder)) return Task.FromResult<ProviderAnswer<ActionsPage>>(Answers.Malformed("the continuation belongs to another request"));
        var filter = string.Create(CultureInfo.InvariantCulture, $"ticker={request.Symbol}&{actions.DateMember}.gte={Iso(request.First)}&{actions.DateMember}.lte={Iso(request.Last)}&sort={actions.DateMember}&{ActionParameters}");
        var path = isFirst ? $"{actions.Folder}?{filter}" : PolygonLink.Join(continuation!, filter);
        return AskAsync(What(request, actions.Kind), path, (answer, envelope) => ReadActions(answer, envelope, request, actions, continuation), cancellationToken);
    }

    private protected override string MinutesPath(MinuteRequest request)
    {
        // the vendor's bounds are inclusive
        var (from, to) = (request.Start / 1000, (request.End / 1000) - 1);
        return string.Create(CultureInfo.InvariantCulture, $"/v2/aggs/ticker/{Ticker(request)}/range/1/minute/{from}/{to}?{MinuteParameters}");
    }

    private protected override string ProbePath() => "/v1/marketstatus/upcoming";

    private static string Ticker(MinuteRequest request) => request.AssetClass switch
    {
        AssetClass.Crypto => "X:" + Pair(request.Symbol),
        AssetClass.Forex => "C:" + Pair(request.Symbol),
        _ => request.Symbol,
    };

    private static string Pair(string symbol) => symbol.Replace("-", "", StringComparison.Ordinal).Replace("/", "", StringComparison.Ordinal);

    // an error may come with status 200; a delayed plan's data come with the word DELAYED
    private static bool IsError(Envelope envelope) =>
        envelope.IsObject
        && (envelope["status"] is not (null or "OK" or "DELAYED") || (!envelope.Has("results") && (envelope["error"] is not null || envelope["message"] is not null)));

    private ProviderAnswer<MinutePage> ReadMinutes(HttpAnswer answer, Envelope envelope, MinuteRequest request, string folder, string? continuation)
    {
        if (Problem(envelope, request) is { } problem) return Answers.Malformed(problem);
        var next = NextPage(envelope, folder, continuation, out problem);
        if (problem is not null) return Answers.Malformed(problem);
        var rows = NewRows(request);
        var reader = new Utf8JsonReader(answer.Start);
        if (TryFind(ref reader, "results") && reader.TokenType == JsonTokenType.StartArray) Shape.ReadArray(ref reader, rows);
        return ToPage(rows, next);
    }

    private static string? Problem(Envelope envelope, MinuteRequest request)
    {
        if (!envelope.IsObject) return "the answer is no object";
        if (envelope.KindOf("results") is not (JsonTokenType.None or JsonTokenType.Null or JsonTokenType.StartArray)) return "results is no list";
        if (!envelope.Has("results") && !envelope.Has("resultsCount") && envelope["status"] is null) return "the answer has neither results nor a status";
        if (!envelope.Has("results") && envelope["resultsCount"] is not (null or "0")) return $"resultsCount is {envelope["resultsCount"]}, but there are no results";
        if (envelope["ticker"] is { } ticker && !string.Equals(ticker, Ticker(request), StringComparison.OrdinalIgnoreCase)) return $"the answer is about {ticker}";
        return request.AssetClass == AssetClass.Equity && envelope["adjusted"] == "true" ? "the candles are adjusted for splits, raw ones were asked for" : null;
    }

    private ProviderAnswer<ActionsPage> ReadActions(HttpAnswer answer, Envelope envelope, ActionsRequest request, PolygonActions actions, string? continuation)
    {
        if (!envelope.IsObject) return Answers.Malformed("the answer is no object");
        if (envelope.KindOf("results") is not (JsonTokenType.None or JsonTokenType.Null or JsonTokenType.StartArray)) return Answers.Malformed("results is no list");
        var next = NextPage(envelope, actions.Folder, continuation, out var problem);
        if (problem is not null || (next is not null && Keys.Leaks(next))) return Answers.Malformed(problem ?? "the link to the next page is unfit");
        var reader = new Utf8JsonReader(answer.Start);
        var found = TryFind(ref reader, "results") && reader.TokenType == JsonTokenType.StartArray ? actions.Read(ref reader, request) : ActionRows.Empty;
        return found.ToPage(next ?? (ReferenceEquals(actions, PolygonActions.Splits) ? PolygonActions.Dividends.Folder : null));
    }

    private static string? NextPage(Envelope envelope, string folder, string? continuation, out string? problem)
    {
        problem = null;
        if (envelope["next_url"] is not { Length: > 0 } url) return null;
        var next = PolygonLink.Parse(url, folder);
        if (next is null) problem = "next_url leads to another kind of data";
        else if (next == continuation) problem = "next_url leads to the same page again";
        return next;
    }
}
