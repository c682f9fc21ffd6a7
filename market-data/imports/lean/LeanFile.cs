using System.Globalization;
using Trading.Engine.Bars;

namespace Trading.MarketData.Imports.Lean;

/// <summary>What a file of LEAN's data folder holds, from its path alone: <c>{class}/{market}/{resolution}/…</c>.</summary>
/// <param name="Path">Full path.</param>
/// <param name="AssetClass">US equity, crypto or forex.</param>
/// <param name="Market">LEAN's market, e.g. <c>usa</c>, <c>coinbase</c>, <c>oanda</c>.</param>
/// <param name="Symbol">The symbol in capitals, as LEAN's file name has it.</param>
/// <param name="Date">The day of a minute file; null for daily files.</param>
/// <param name="IsQuote">Bid and ask bars instead of trades.</param>
public sealed record LeanFile(string Path, AssetClass AssetClass, string Market, string Symbol, DateOnly? Date, bool IsQuote)
{
    public bool IsDaily => Date is null;

    /// <summary>
    /// Reads a path. Minute files are <c>minute/{symbol}/{yyyyMMdd}_{trade|quote}.zip</c>, daily files <c>daily/{symbol}.zip</c>, for crypto
    /// <c>daily/{symbol}_{trade|quote}.zip</c>. Taken are trades of equities and crypto, and quotes of forex, of which the mid is made.
    /// </summary>
    /// <param name="path">Full path of a zip file.</param>
    /// <param name="file">The file; null when it is not taken.</param>
    /// <param name="reason">Why it is not taken.</param>
    public static bool TryParse(string path, out LeanFile? file, out string reason)
    {
        file = null;
        reason = "not in LEAN's layout ({class}/{market}/minute/{symbol}/{yyyyMMdd}_trade.zip)";
        var parts = path.Split(System.IO.Path.DirectorySeparatorChar, System.IO.Path.AltDirectorySeparatorChar);
        var resolution = Array.FindLastIndex(parts, part => part is "tick" or "second" or "minute" or "hour" or "daily");
        if (resolution < 2) return false;
        if (parts[resolution] is not ("minute" or "daily"))
        {
            reason = $"{parts[resolution]} data: only minute and daily data are taken";
            return false;
        }

        if (!TryParseClass(parts[resolution - 2], parts[resolution - 1], out var assetClass, out reason)) return false;
        var name = System.IO.Path.GetFileNameWithoutExtension(parts[^1]).Split('_');
        var isMinute = parts[resolution] == "minute";
        var kind = name.Length == 2 ? name[1] : isMinute ? "" : assetClass == AssetClass.Forex ? "quote" : "trade";
        reason = "not in LEAN's layout ({class}/{market}/minute/{symbol}/{yyyyMMdd}_trade.zip)";
        if (name.Length > 2 || parts.Length != resolution + (isMinute ? 3 : 2)) return false;
        DateOnly? date = null;
        if (isMinute)
        {
            if (!DateOnly.TryParseExact(name[0], "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return false;
            date = day;
        }

        var wanted = assetClass == AssetClass.Forex ? "quote" : "trade";
        if (kind != wanted)
        {
            reason = kind is "quote" or "trade" or "openinterest" ? $"{kind} data of {parts[resolution - 2]}: {wanted} data are taken" : reason;
            return false;
        }

        var symbol = (isMinute ? parts[resolution + 1] : name[0]).ToUpperInvariant();
        file = new LeanFile(path, assetClass, parts[resolution - 1], symbol, date, kind == "quote");
        return true;
    }

    private static bool TryParseClass(string name, string market, out AssetClass assetClass, out string reason)
    {
        (assetClass, reason) = (AssetClass.Equity, "");
        switch (name)
        {
            case "equity" when market == "usa":
                return true;
            case "crypto":
                assetClass = AssetClass.Crypto;
                return true;
            case "forex":
                assetClass = AssetClass.Forex;
                return true;
            case "equity":
                reason = $"equities of market '{market}': only usa is known";
                return false;
            default:
                reason = $"{name} data: only equity, crypto and forex are taken";
                return false;
        }
    }
}
