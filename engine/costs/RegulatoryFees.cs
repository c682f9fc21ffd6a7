using System.Globalization;
using System.Text.Json;
using Trading.Engine.Arithmetic;
using Trading.Engine.Bars;

namespace Trading.Engine.Costs;

/// <summary>One row of the SEC section 31 table.</summary>
/// <param name="EffectiveDay">First day it holds, in days since 1970-01-01 UTC.</param>
/// <param name="Rate">Fee as a rate of the sale's value in 10⁻¹².</param>
public readonly record struct SecFeeRow(int EffectiveDay, long Rate);

/// <summary>One row of the FINRA trading activity fee table.</summary>
/// <param name="EffectiveDay">First day it holds, in days since 1970-01-01 UTC.</param>
/// <param name="PerShare">Money (10⁻¹⁶) per share.</param>
/// <param name="Maximum">Most money per fill.</param>
public readonly record struct TafRow(int EffectiveDay, Int128 PerShare, Int128 Maximum);

/// <summary>Regulatory fees on sells of equities (EXEC-041). The tables are data with effective dates; before the first date nothing is charged.</summary>
/// <remarks>Immutable; safe for concurrent readers.</remarks>
public sealed class RegulatoryFees
{
    private const long DayMicros = 86_400_000_000;
    private readonly SecFeeRow[] _sec;
    private readonly TafRow[] _taf;

    /// <exception cref="ArgumentException">The rows are not sorted by date.</exception>
    public RegulatoryFees(IReadOnlyList<SecFeeRow> sec, IReadOnlyList<TafRow> taf)
    {
        _sec = [.. sec];
        _taf = [.. taf];
        for (var row = 1; row < _sec.Length; row++)
        {
            if (_sec[row].EffectiveDay <= _sec[row - 1].EffectiveDay) throw new ArgumentException("SEC rows are out of order", nameof(sec));
        }

        for (var row = 1; row < _taf.Length; row++)
        {
            if (_taf[row].EffectiveDay <= _taf[row - 1].EffectiveDay) throw new ArgumentException("TAF rows are out of order", nameof(taf));
        }
    }

    /// <summary>The tables that ship with the engine, <c>engine/costs/regulatory-fees.json</c>.</summary>
    public static RegulatoryFees Default { get; } = ReadEmbedded();

    public ReadOnlySpan<SecFeeRow> SecRows => _sec;

    public ReadOnlySpan<TafRow> TafRows => _taf;

    /// <summary>Fees of one sell of an equity: SEC fee and activity fee, each rounded up to 0.01.</summary>
    /// <param name="time">Instant of the fill; its UTC date decides.</param>
    /// <param name="quantity">Shares in 10⁻⁸.</param>
    /// <param name="value">Value in money.</param>
    public Int128 ForSell(long time, long quantity, Int128 value)
    {
        var day = (int)(time / DayMicros);
        Int128 fees = 0;
        for (var row = _sec.Length - 1; row >= 0; row--)
        {
            if (_sec[row].EffectiveDay > day) continue;
            fees += Exact.UpToCent(Exact.TimesRate(value, _sec[row].Rate, out var exact), exact);
            break;
        }

        for (var row = _taf.Length - 1; row >= 0; row--)
        {
            if (_taf[row].EffectiveDay > day) continue;
            fees += Activity(_taf[row], quantity);
            break;
        }

        return fees;
    }

    /// <summary>Parses the JSON form of the tables.</summary>
    /// <exception cref="FormatException">A date or a number is malformed.</exception>
    public static RegulatoryFees Parse(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var sec = new List<SecFeeRow>();
        foreach (var row in document.RootElement.GetProperty("sec_section_31").GetProperty("rates").EnumerateArray())
        {
            sec.Add(new(Day(row), (long)(Number(row, "per_million") * 1_000_000m)));
        }

        var taf = new List<TafRow>();
        foreach (var row in document.RootElement.GetProperty("finra_taf").GetProperty("rates").EnumerateArray())
        {
            taf.Add(new(Day(row), Money(Number(row, "per_share")), Money(Number(row, "maximum"))));
        }

        return new RegulatoryFees(sec, taf);
    }

    private static Int128 Activity(TafRow row, long quantity)
    {
        var fee = Exact.TimesOver(row.PerShare, quantity, Instrument.Unit);
        var exact = fee * Instrument.Unit == row.PerShare * quantity;
        return fee >= row.Maximum ? Exact.UpToCent(row.Maximum, true) : Exact.UpToCent(fee, exact);
    }

    private static int Day(JsonElement row) =>
        DateOnly.ParseExact(row.GetProperty("effective").GetString()!, "yyyy-MM-dd", CultureInfo.InvariantCulture).DayNumber - new DateOnly(1970, 1, 1).DayNumber;

    private static decimal Number(JsonElement row, string name) => decimal.Parse(row.GetProperty(name).GetString()!, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);

    private static Int128 Money(decimal amount) => (Int128)(amount * 10_000_000_000_000_000m);

    private static RegulatoryFees ReadEmbedded()
    {
        using var stream = typeof(RegulatoryFees).Assembly.GetManifestResourceStream("regulatory-fees.json")
            ?? throw new InvalidOperationException("the engine was built without its fee tables");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return Parse(bytes);
    }
}
