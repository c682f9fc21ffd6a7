using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Trading.MarketData.Actions;
using Trading.MarketData.Candles;

namespace Trading.Testing.Vendors;

/// <summary>
/// A vendor in this process: answers as Polygon, Financial Modeling Prep, Tiingo or Alpaca does, from given one-minute candles. It checks the key,
/// pages, and does as the real one where a client is careless: Polygon adjusts for splits when a page is asked for without <c>adjusted=false</c>, Tiingo
/// leaves the volume out unless it is asked for.
/// </summary>
/// <remarks>Safe for concurrent requests. Add candles and faults at any time.</remarks>
internal sealed class StubVendor : IAsyncDisposable
{
    private readonly StubServer _server;
    private readonly ConcurrentDictionary<string, CandleColumns> _candles = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, CorporateActions> _actions = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<StubAnswer> _faults = new();
    private readonly VendorFace _face;

    /// <param name="name"><c>polygon</c>, <c>financial_modeling_prep</c>, <c>tiingo</c> or <c>alpaca</c>.</param>
    /// <param name="key">The only key that it takes.</param>
    /// <param name="secret">Alpaca's secret.</param>
    public StubVendor(string name, string key = "stub-key-0123456789", string secret = "stub-secret-9876543210")
    {
        Name = name;
        Key = key;
        Secret = secret;
        _face = VendorFace.Of(name);
        _server = new StubServer(Answer);
    }

    public string Name { get; }

    public string Key { get; }

    public string Secret { get; }

    public string BaseUrl => _server.BaseUrl;

    public IReadOnlyList<StubRequest> Requests => _server.Requests;

    /// <summary>Candles of a page at most, where the vendor pages; the client's limit counts too.</summary>
    public int PageSize { get; set; } = int.MaxValue;

    /// <summary>An answer instead of the data for as long as it is set; null results fall through to the data.</summary>
    public Func<StubRequest, StubAnswer?>? Always { get; set; }

    /// <summary>What an answer waits for, whatever it is; null results do not wait.</summary>
    public Func<StubRequest, Task?>? Gate { get; set; }

    /// <summary>Serves these candles of a symbol, as the vendor writes it (<c>AAPL</c>, <c>X:BTCUSD</c>); replaces what was there.</summary>
    public void Put(string ticker, CandleColumns candles) => _candles[ticker] = candles;

    /// <summary>Serves these splits and dividends.</summary>
    public void Put(CorporateActions actions) => _actions[actions.Symbol] = actions;

    /// <summary>Answers the next request with this instead of data; several wait in line.</summary>
    public void FailNext(params StubAnswer[] answers)
    {
        foreach (var answer in answers) _faults.Enqueue(answer);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private StubAnswer Answer(StubRequest request)
    {
        // asked before the answer is chosen, so that what it counts is in the order of the requests
        var gate = Gate?.Invoke(request);
        return gate is null ? Choose(request) : Choose(request).After(gate);
    }

    private StubAnswer Choose(StubRequest request)
    {
        if (_faults.TryDequeue(out var fault)) return fault;
        if (Always?.Invoke(request) is { } answer) return answer;
        if (!_face.TakesKey(request, Key, Secret)) return _face.WrongKey;
        return _face.Answer(request, new VendorData(ticker => _candles.GetValueOrDefault(ticker), symbol => _actions.GetValueOrDefault(symbol), PageSize, BaseUrl))
            ?? StubAnswer.Json(404, """{"status":"NOT_FOUND","message":"Not found.","detail":"Not found."}""");
    }
}

/// <summary>What a vendor has.</summary>
internal sealed record VendorData(Func<string, CandleColumns?> Candles, Func<string, CorporateActions?> Actions, int PageSize, string BaseUrl)
{
    /// <summary>Candles [from, to) of a ticker, at most <paramref name="limit"/> after <paramref name="skip"/>.</summary>
    public (CandleColumns Page, bool HasMore) Page(string ticker, long from, long to, int skip, int limit)
    {
        var all = Candles(ticker) ?? CandleColumns.Empty;
        var first = all.FirstAtOrAfter(from);
        var found = all.Slice(first, Math.Max(0, all.FirstAtOrAfter(to) - first));
        var start = Math.Min(skip, found.Count);
        var count = Math.Min(limit, found.Count - start);
        return (found.Slice(start, count), start + count < found.Count);
    }

    /// <summary>10⁻⁸ units as a plain decimal.</summary>
    public static string Text(long units) => (units / 100_000_000m).ToString("0.########", CultureInfo.InvariantCulture);

    public static string List(CandleColumns candles, Func<int, string> row)
    {
        var text = new StringBuilder("[");
        for (var at = 0; at < candles.Count; at++) text.Append(at == 0 ? "" : ",").Append(row(at));
        return text.Append(']').ToString();
    }
}
