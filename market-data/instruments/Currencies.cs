using System.Collections.Frozen;

namespace Trading.MarketData.Instruments;

/// <summary>The currencies by which pairs are told from other symbols.</summary>
public static class Currencies
{
    private static readonly FrozenSet<string> Iso = FrozenSet.ToFrozenSet((
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNH CNY COP "
        + "CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK "
        + "JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN "
        + "NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC "
        + "SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XAG XAU XCD XOF XPD XPF XPT YER ZAR ZMW").Split(' '));

    /// <summary>What crypto pairs are quoted in, unless the settings list others (OHLCV-083).</summary>
    public static IReadOnlyList<string> DefaultCryptoQuotes { get; } = ["USD", "USDT", "USDC", "BUSD", "DAI", "EUR", "GBP", "JPY", "BTC", "ETH"];

    /// <summary>Whether a text is an ISO 4217 code in use, or the offshore renminbi <c>CNH</c>.</summary>
    public static bool IsIso(string code) => Iso.Contains(code);
}
