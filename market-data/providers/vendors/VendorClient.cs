using System.Globalization;
using System.Text.Json;
using Trading.Diagnostics;
using Trading.Engine.Bars;
using Trading.MarketData.Instruments;
using Trading.MarketData.Providers.Http;
using Trading.MarketData.Providers.Parsing;

namespace Trading.MarketData.Providers.Vendors;

/// <summary>What the four clients have in common: one request, its check, the naming of what failed.</summary>
internal abstract class VendorClient : IMarketDataProvider
{
    private const int MaxContinuation = 4096;
    private const long MinuteMicros = 60_000_000;
    private readonly VendorHttp _http;
    private readonly string _base;

    private protected VendorClient(ProviderContext context, IReadOnlyList<KnownText> known, Func<Envelope, bool> isError)
    {
        Context = context;
        Keys = new KeyGuard(context.Account.ApiKey, context.Account.ApiSecret);
        Answers = new AnswerCheck(context.Name, Keys, known, isError);
        _http = new VendorHttp(context.Http, context.Name, Keys, context.Timeout, context.Time);
        _base = context.Account.BaseUrl.TrimEnd('/');
    }

    public string Name => Context.Name;

    public virtual bool HasActions => false;

    private protected ProviderContext Context { get; }

    private protected KeyGuard Keys { get; }

    private protected AnswerCheck Answers { get; }

    public virtual bool Serves(AssetClass assetClass) => assetClass == AssetClass.Equity;

    public abstract TimeSpan LongestRequest(AssetClass assetClass);

    public string Describe(MinuteRequest request)
    {
        Check(request);
        return $"GET {_base}{MinutesPath(request)}";
    }

    public Task<ProviderAnswer<MinutePage>> FetchMinutesAsync(MinuteRequest request, string? continuation, CancellationToken cancellationToken)
    {
        Check(request);
        return Serves(request.AssetClass)
            ? MinutesAsync(request, continuation, cancellationToken)
            : Task.FromResult<ProviderAnswer<MinutePage>>(new ProviderFailure(FailureKind.NotAvailable, Name, $"{Name}: has no {request.AssetClass} data"));
    }

    public Task<ProviderAnswer<ActionsPage>> FetchActionsAsync(ActionsRequest request, string? continuation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        SymbolName.Check(request.Symbol);
        return ActionsAsync(request, continuation, cancellationToken);
    }

    public async Task<ProviderFailure?> ProbeAsync(CancellationToken cancellationToken)
    {
        var answer = await AskAsync<Probe>("probe", ProbePath(), (_, _) => new Probe(), cancellationToken).ConfigureAwait(false);
        // an answer without data for the probed day is still an answer
        return answer.Failure is { Kind: FailureKind.NotAvailable } ? null : answer.Failure;
    }

    private protected abstract Task<ProviderAnswer<MinutePage>> MinutesAsync(MinuteRequest request, string? continuation, CancellationToken cancellationToken);

    private protected virtual Task<ProviderAnswer<ActionsPage>> ActionsAsync(ActionsRequest request, string? continuation, CancellationToken cancellationToken) =>
        Task.FromResult<ProviderAnswer<ActionsPage>>(new ProviderFailure(FailureKind.NotAvailable, Name, $"{Name}: has no splits and dividends"));

    /// <summary>Path and query of the first page, without key.</summary>
    private protected abstract string MinutesPath(MinuteRequest request);

    private protected abstract string ProbePath();

    /// <summary>Headers that carry the key.</summary>
    private protected abstract IReadOnlyList<KeyValuePair<string, string>> KeyHeaders { get; }

    /// <summary>Query parameter that carries the key, escaped, with its separator; empty where a header does.</summary>
    private protected virtual string KeyQuery => "";

    /// <summary>Sends one request and reads its answer; a failure says what was asked for (OHLCV-176).</summary>
    private protected async Task<ProviderAnswer<T>> AskAsync<T>(string what, string path, Func<HttpAnswer, Envelope, ProviderAnswer<T>> read, CancellationToken cancellationToken)
        where T : class
    {
        var (answer, failure) = await _http.GetAsync(new Uri(_base + path + KeyQuery), KeyHeaders, cancellationToken).ConfigureAwait(false);
        Envelope? envelope = null;
        failure ??= Answers.Check(answer!, out envelope);
        var result = failure is null ? Read(answer!, envelope!, read) : failure;
        if (result.Failure is not { } problem) return result;
        if (problem.Kind == FailureKind.Malformed) ApiRisk.SchemaFailures(Name);
        else if (problem.Kind is FailureKind.RateLimited or FailureKind.QuotaExhausted) ApiRisk.RequestRejection(Name);
        return problem with { Message = $"{problem.Message} [{what}]" };
    }

    /// <summary>The page, unless every row of the answer was unreadable: then the answer is not what it should be, not empty.</summary>
    private protected ProviderAnswer<MinutePage> ToPage(CandleRows rows, string? continuation)
    {
        if (rows.Seen > 0 && rows.Dropped == rows.Seen) return Answers.Malformed($"none of {rows.Seen} rows could be read; {rows.FirstReason}");
        if (continuation is { Length: > MaxContinuation } || (continuation is not null && Keys.Leaks(continuation))) return Answers.Malformed("the link to the next page is unfit");
        ApiRisk.SchemaFailures(Name, rows.Dropped);
        var page = rows.ToPage(continuation);
        ApiRisk.Duplicates(Name, rows.Repeats);
        return page;
    }

    private protected CandleRows NewRows(MinuteRequest request) => new(request, Context.EquityDays);

    /// <summary>The first value of the member <paramref name="name"/> of the outermost object; the reader stands on it.</summary>
    private protected static bool TryFind(ref Utf8JsonReader reader, string name)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIt = reader.ValueTextEquals(name);
            reader.Read();
            if (isIt) return true;
            reader.Skip();
        }

        return false;
    }

    private protected static string What(MinuteRequest request) =>
        string.Create(CultureInfo.InvariantCulture, $"minutes of {request.Symbol}, {VendorTime.ToUtc(request.Start):yyyy-MM-dd HH:mm} to {VendorTime.ToUtc(request.End):yyyy-MM-dd HH:mm}Z");

    private protected static string What(ActionsRequest request, string kind) => $"{kind} of {request.Symbol}, {Iso(request.First)} to {Iso(request.Last)}";

    private protected static string Iso(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>The last weekday before yesterday: a day on which every plan has data.</summary>
    private protected DateOnly ProbeDay()
    {
        var day = DateOnly.FromDateTime(Context.Time.GetUtcNow().UtcDateTime).AddDays(-3);
        while (day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday) day = day.AddDays(-1);
        return day;
    }

    private static void Check(MinuteRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        // the symbol becomes part of an address
        SymbolName.Check(request.Symbol);
        if (request.Start % MinuteMicros != 0 || request.End % MinuteMicros != 0 || request.End <= request.Start) throw new ArgumentException("a request spans whole minutes, at least one", nameof(request));
    }

    private ProviderAnswer<T> Read<T>(HttpAnswer answer, Envelope envelope, Func<HttpAnswer, Envelope, ProviderAnswer<T>> read)
        where T : class
    {
        try
        {
            return read(answer, envelope);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // e.g. a string of the answer that is no valid UTF-8
            return Answers.Malformed($"the answer cannot be read: {exception.Message}");
        }
    }

    private sealed class Probe;
}
