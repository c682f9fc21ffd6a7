using System.Collections.Frozen;
using System.Globalization;
using Trading.Engine.Bars;

namespace Trading.MarketData.Instruments;

/// <summary>
/// Which market a symbol trades on, and in which price steps and lots (OHLCV-083). Entries of <c>instruments.csv</c> and well-known crypto pairs
/// without hyphen (<c>BTCUSD</c>) come first; then <c>BASE-QUOTE</c> with a known quote is crypto, two ISO 4217 codes are forex, and every other symbol is a US equity.
/// </summary>
/// <remarks>Immutable and safe for concurrent use.</remarks>
public sealed class InstrumentTable
{
    /// <summary>Name of the optional file in a data directory.</summary>
    public const string FileName = "instruments.csv";

    private static readonly string[] DollarCoins = ["USDT", "USDC", "BUSD", "DAI"];

    private const string Header = "symbol,asset_class,price_step,lot";

    private static readonly FrozenSet<string> CryptoBases = FrozenSet.ToFrozenSet(
    [
        "AAVE", "ADA", "ALGO", "APT", "ARB", "ATOM", "AVAX", "BCH", "BNB", "BTC", "DOGE", "DOT", "ETC", "ETH", "FIL", "HBAR", "ICP",
        "LINK", "LTC", "MATIC", "MKR", "NEAR", "PEPE", "SHIB", "SOL", "SUI", "TON", "TRX", "UNI", "XLM", "XMR", "XRP", "XTZ", "ZEC",
    ]);

    private static readonly string[] QuotesWithoutHyphen = ["USDT", "USDC", "USD", "EUR", "GBP"];

    // coins of less than a cent, or of few cents, for which the default step of 0.01 would be a large part of the price
    private static readonly FrozenDictionary<string, long> CryptoStepsBelowOne =
        StepsBelowOne(1_000, "ADA ALGO ARB DOGE HBAR MATIC TRX XLM XRP XTZ").Concat(StepsBelowOne(1, "PEPE SHIB")).ToFrozenDictionary();

    private readonly FrozenDictionary<string, Instrument> _overrides;
    private readonly FrozenSet<string> _cryptoQuotes;

    /// <summary>A table without overrides.</summary>
    public InstrumentTable()
        : this([])
    {
    }

    /// <param name="overrides">Instruments that differ from what their name implies.</param>
    /// <param name="cryptoQuotes">What crypto pairs may be quoted in; null or empty for <see cref="Currencies.DefaultCryptoQuotes"/>.</param>
    /// <exception cref="ArgumentException">A symbol occurs twice.</exception>
    public InstrumentTable(IEnumerable<Instrument> overrides, IReadOnlyCollection<string>? cryptoQuotes = null)
    {
        _cryptoQuotes = FrozenSet.ToFrozenSet(cryptoQuotes is { Count: > 0 } ? cryptoQuotes : Currencies.DefaultCryptoQuotes, StringComparer.Ordinal);
        _overrides = overrides.ToDictionary(instrument => instrument.Symbol, StringComparer.Ordinal).ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The instrument of a symbol; every well-formed symbol has one, whether data exist for it or not.</summary>
    /// <exception cref="ArgumentException">The symbol is not well-formed (<see cref="SymbolName"/>).</exception>
    public Instrument this[string symbol]
    {
        get
        {
            SymbolName.Check(symbol);
            return _overrides.GetValueOrDefault(symbol) ?? ByName(symbol);
        }
    }

    /// <summary>
    /// The currency in which an instrument is priced: the second of a currency pair, the quote of a crypto pair (coins pegged to the dollar count as
    /// dollars), US dollars for everything else.
    /// </summary>
    public static string Currency(Instrument instrument)
    {
        ArgumentNullException.ThrowIfNull(instrument);
        var symbol = instrument.Symbol;
        return instrument.AssetClass switch
        {
            AssetClass.Forex when symbol.Length == 6 && Currencies.IsIso(symbol[3..]) => symbol[3..],
            AssetClass.Crypto when symbol.LastIndexOf('-') is var hyphen and >= 0 => symbol[(hyphen + 1)..] is var quote && DollarCoins.Contains(quote) ? "USD" : quote,
            AssetClass.Crypto when symbol.EndsWith("EUR", StringComparison.Ordinal) => "EUR",
            AssetClass.Crypto when symbol.EndsWith("GBP", StringComparison.Ordinal) => "GBP",
            _ => "USD",
        };
    }

    /// <summary>Reads <c>instruments.csv</c> in <paramref name="directory"/>; without that file the table has no overrides.</summary>
    /// <exception cref="InvalidDataException">A line is malformed; the message names file, line and what would be right.</exception>
    public static InstrumentTable Load(string directory, IReadOnlyCollection<string>? cryptoQuotes = null)
    {
        var path = Path.Combine(directory, FileName);
        return File.Exists(path) ? Parse(File.ReadAllLines(path), cryptoQuotes) : new InstrumentTable([], cryptoQuotes);
    }

    /// <summary>
    /// Reads the lines of an <c>instruments.csv</c> with the header <c>symbol,asset_class,price_step,lot</c>. <c>asset_class</c> is
    /// <c>equity</c>, <c>crypto</c> or <c>forex</c>; an empty step or lot keeps the default of the class; a step given holds at every price.
    /// </summary>
    /// <exception cref="InvalidDataException">A line is malformed; the message names file, line and what would be right.</exception>
    public static InstrumentTable Parse(IReadOnlyList<string> lines, IReadOnlyCollection<string>? cryptoQuotes = null)
    {
        if (lines.Count == 0 || lines[0] != Header) throw Malformed(1, lines.Count == 0 ? "" : lines[0], $"the header {Header}");
        var instruments = new Dictionary<string, Instrument>(StringComparer.Ordinal);
        for (var line = 2; line <= lines.Count; line++)
        {
            var text = lines[line - 1];
            var cells = text.Split(',');
            if (cells.Length != 4) throw Malformed(line, text, "four cells");
            if (!SymbolName.IsValid(cells[0], out var problem)) throw Malformed(line, cells[0], problem);
            var instrument = Instrument.Default(cells[0], ParseAssetClass(line, cells[1]));
            if (cells[2].Length > 0)
            {
                var step = ParseUnits(line, cells[2]);
                instrument = instrument with { PriceStep = step, PriceStepBelowOne = step };
            }

            if (cells[3].Length > 0) instrument = instrument with { Lot = ParseUnits(line, cells[3]) };
            if (!instruments.TryAdd(instrument.Symbol, instrument)) throw Malformed(line, cells[0], "a symbol that no line before has");
        }

        return new InstrumentTable(instruments.Values, cryptoQuotes);
    }

    private static IEnumerable<KeyValuePair<string, long>> StepsBelowOne(long step, string coins) => coins.Split(' ').Select(coin => KeyValuePair.Create(coin, step));

    private Instrument ByName(string symbol)
    {
        var hyphen = symbol.LastIndexOf('-');
        if (hyphen > 0) return _cryptoQuotes.Contains(symbol[(hyphen + 1)..]) ? Crypto(symbol, symbol[..hyphen]) : Instrument.Default(symbol, AssetClass.Equity);
        foreach (var quote in QuotesWithoutHyphen)
        {
            if (!symbol.EndsWith(quote, StringComparison.Ordinal)) continue;
            var coin = symbol[..^quote.Length];
            if (CryptoBases.Contains(coin)) return Crypto(symbol, coin);
        }

        var isForex = symbol.Length == 6 && symbol[..3] != symbol[3..] && Currencies.IsIso(symbol[..3]) && Currencies.IsIso(symbol[3..]);
        return Instrument.Default(symbol, isForex ? AssetClass.Forex : AssetClass.Equity);
    }

    private static Instrument Crypto(string symbol, string coin)
    {
        var crypto = Instrument.Default(symbol, AssetClass.Crypto);
        return CryptoStepsBelowOne.TryGetValue(coin, out var step) ? crypto with { PriceStepBelowOne = step } : crypto;
    }

    private static AssetClass ParseAssetClass(int line, string text) => text switch
    {
        "equity" => AssetClass.Equity,
        "crypto" => AssetClass.Crypto,
        "forex" => AssetClass.Forex,
        _ => throw Malformed(line, text, "one of equity, crypto, forex"),
    };

    private static long ParseUnits(int line, string text)
    {
        var parsed = decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value);
        var units = parsed && value <= 1_000_000 ? value * Instrument.Unit : 0;
        if (units < 1 || units != decimal.Truncate(units)) throw Malformed(line, text, "a decimal from 0.00000001 to 1000000 with at most 8 places");
        return (long)units;
    }

    private static InvalidDataException Malformed(int line, string value, string right) =>
        new($"{FileName} line {line}: '{value}' is not {right}");
}
