using System.Collections.Frozen;
using System.Globalization;
using Trading.Engine.Bars;

namespace Trading.MarketData.Instruments;

/// <summary>
/// Which market a symbol trades on, and in which price steps and lots. Entries of <c>instruments.csv</c> come first; then well-known
/// crypto pairs and pairs of two ISO 4217 codes are recognised by their name; every other symbol is a US equity.
/// </summary>
/// <remarks>Immutable and safe for concurrent use.</remarks>
public sealed class InstrumentTable
{
    /// <summary>Name of the optional file in a data directory.</summary>
    public const string FileName = "instruments.csv";

    private const string Header = "symbol,asset_class,price_step,lot";

    private static readonly FrozenSet<string> CryptoBases = FrozenSet.ToFrozenSet(
    [
        "AAVE", "ADA", "ALGO", "APT", "ARB", "ATOM", "AVAX", "BCH", "BNB", "BTC", "DOGE", "DOT", "ETC", "ETH", "FIL", "HBAR", "ICP",
        "LINK", "LTC", "MATIC", "MKR", "NEAR", "PEPE", "SHIB", "SOL", "SUI", "TON", "TRX", "UNI", "XLM", "XMR", "XRP", "XTZ", "ZEC",
    ]);

    private static readonly string[] CryptoQuotes = ["USDT", "USDC", "USD", "EUR", "GBP"];

    // coins of less than a cent, or of few cents, for which the default step of 0.01 would be a large part of the price
    private static readonly FrozenDictionary<string, long> CryptoStepsBelowOne =
        StepsBelowOne(1_000, "ADA ALGO ARB DOGE HBAR MATIC TRX XLM XRP XTZ").Concat(StepsBelowOne(1, "PEPE SHIB")).ToFrozenDictionary();

    private static readonly FrozenSet<string> Currencies = FrozenSet.ToFrozenSet((
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNH CNY COP "
        + "CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK "
        + "JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN "
        + "NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC "
        + "SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XAG XAU XCD XOF XPD XPF XPT YER ZAR ZMW").Split(' '));

    private readonly FrozenDictionary<string, Instrument> _overrides;

    /// <summary>A table without overrides.</summary>
    public InstrumentTable()
        : this([])
    {
    }

    /// <param name="overrides">Instruments that differ from what their name implies.</param>
    /// <exception cref="ArgumentException">A symbol occurs twice.</exception>
    public InstrumentTable(IEnumerable<Instrument> overrides)
    {
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
            AssetClass.Forex when symbol.Length == 6 && Currencies.Contains(symbol[3..]) => symbol[3..],
            AssetClass.Crypto when symbol.EndsWith("EUR", StringComparison.Ordinal) => "EUR",
            AssetClass.Crypto when symbol.EndsWith("GBP", StringComparison.Ordinal) => "GBP",
            _ => "USD",
        };
    }

    /// <summary>Reads <c>instruments.csv</c> in <paramref name="directory"/>; without that file the table has no overrides.</summary>
    /// <exception cref="InvalidDataException">A line is malformed; the message names file, line and what would be right.</exception>
    public static InstrumentTable Load(string directory)
    {
        var path = Path.Combine(directory, FileName);
        return File.Exists(path) ? Parse(File.ReadAllLines(path)) : new InstrumentTable();
    }

    /// <summary>
    /// Reads the lines of an <c>instruments.csv</c> with the header <c>symbol,asset_class,price_step,lot</c>. <c>asset_class</c> is
    /// <c>equity</c>, <c>crypto</c> or <c>forex</c>; an empty step or lot keeps the default of the class; a step given holds at every price.
    /// </summary>
    /// <exception cref="InvalidDataException">A line is malformed; the message names file, line and what would be right.</exception>
    public static InstrumentTable Parse(IReadOnlyList<string> lines)
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

        return new InstrumentTable(instruments.Values);
    }

    private static IEnumerable<KeyValuePair<string, long>> StepsBelowOne(long step, string coins) => coins.Split(' ').Select(coin => KeyValuePair.Create(coin, step));

    private static Instrument ByName(string symbol)
    {
        foreach (var quote in CryptoQuotes)
        {
            if (!symbol.EndsWith(quote, StringComparison.Ordinal)) continue;
            var coin = symbol[..^quote.Length];
            if (!CryptoBases.Contains(coin)) continue;
            var crypto = Instrument.Default(symbol, AssetClass.Crypto);
            return CryptoStepsBelowOne.TryGetValue(coin, out var step) ? crypto with { PriceStepBelowOne = step } : crypto;
        }

        var isForex = symbol.Length == 6 && symbol[..3] != symbol[3..] && Currencies.Contains(symbol[..3]) && Currencies.Contains(symbol[3..]);
        return Instrument.Default(symbol, isForex ? AssetClass.Forex : AssetClass.Equity);
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
