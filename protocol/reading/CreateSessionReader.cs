using System.Text.Json;
using Trading.Protocol.Text;

namespace Trading.Protocol.Reading;

/// <summary>Reads <c>create_session</c> (section 11.1): defaults, and the rules each field has by itself.</summary>
internal static class CreateSessionReader
{
    private const int MaximumSymbols = 10_000;
    private const int MaximumSymbolLength = 32;

    internal static CreateSessionData Read(ref PayloadReader reader)
    {
        var fields = default(Fields);
        while (reader.NextProperty())
        {
            if (!ReadSession(ref reader, ref fields) && !ReadMoney(ref reader, ref fields) && !ReadOptional(ref reader, ref fields)) PayloadReaders.Other(ref reader);
        }

        if (reader.SessionId is null) reader.Invalid("session_id", "missing");
        if (fields.Symbols is null) reader.Invalid("symbols", "missing");
        if (fields.Start is null) reader.Invalid("start", "missing");
        if (fields.End is null) reader.Invalid("end", "missing");
        if (fields.Cash is null) reader.Invalid("initial_cash", "missing");
        var data = new CreateSessionData
        {
            SessionId = reader.SessionId ?? "",
            Symbols = fields.Symbols ?? [],
            Start = fields.Start ?? 0,
            End = fields.End ?? 0,
            InitialCash = fields.Cash ?? 0,
            Extensions = fields.Extensions ?? [],
            Execution = fields.Execution,
        };
        if (fields.Provider is not null) data = data with { DataProvider = fields.Provider };
        if (fields.Version is not null) data = data with { DataVersion = fields.Version };
        if (fields.Commission is { } commission) data = data with { CommissionPerShare = commission };
        if (fields.Slippage is { } slippage) data = data with { SlippageBps = (int)slippage };
        return data;
    }

    private static bool ReadSession(ref PayloadReader reader, ref Fields fields)
    {
        if (reader.Is("symbols"u8))
        {
            reader.Once(ref fields.Seen, 0, "symbols");
            fields.Symbols = ReadSymbols(ref reader);
            return true;
        }

        if (reader.Is("start"u8))
        {
            reader.Once(ref fields.Seen, 1, "start");
            fields.Start = PayloadReaders.SimulatedInstant(ref reader, "start");
            return true;
        }

        if (!reader.Is("end"u8)) return false;
        reader.Once(ref fields.Seen, 2, "end");
        fields.End = PayloadReaders.SimulatedInstant(ref reader, "end");
        return true;
    }

    private static bool ReadMoney(ref PayloadReader reader, ref Fields fields)
    {
        if (reader.Is("initial_cash"u8))
        {
            reader.Once(ref fields.Seen, 3, "initial_cash");
            fields.Cash = reader.Decimal("initial_cash", DecimalText.MoneyScale, 1, PayloadReaders.MaximumMoney, "above 0");
            return true;
        }

        if (reader.Is("commission_per_share"u8))
        {
            reader.Once(ref fields.Seen, 4, "commission_per_share");
            fields.Commission = reader.Decimal("commission_per_share", DecimalText.MoneyScale, 0, PayloadReaders.MaximumMoney, "not below 0");
            return true;
        }

        if (!reader.Is("slippage_bps"u8)) return false;
        reader.Once(ref fields.Seen, 5, "slippage_bps");
        fields.Slippage = reader.Whole("slippage_bps", 0, 10_000);
        return true;
    }

    private static bool ReadOptional(ref PayloadReader reader, ref Fields fields)
    {
        if (reader.Is("data_provider"u8))
        {
            reader.Once(ref fields.Seen, 6, "data_provider");
            fields.Provider = ReadName(ref reader, "data_provider")?.ToLowerInvariant();
            return true;
        }

        if (reader.Is("data_version"u8))
        {
            reader.Once(ref fields.Seen, 7, "data_version");
            fields.Version = ReadName(ref reader, "data_version");
            return true;
        }

        if (reader.Is("extensions"u8))
        {
            reader.Once(ref fields.Seen, 8, "extensions");
            fields.Extensions = ReadExtensions(ref reader);
            return true;
        }

        if (!reader.Is("execution"u8)) return false;
        reader.Once(ref fields.Seen, 9, "execution");
        fields.Execution = ExecutionReader.Read(ref reader);
        return true;
    }

    private static string? ReadName(ref PayloadReader reader, string field)
    {
        var name = reader.OptionalText(field, 64);
        if (name is null || PayloadReader.IsPrintable(name, 64)) return name;
        reader.Invalid(field, "a name of 1 to 64 printable characters is expected");
        return null;
    }

    private static List<string>? ReadSymbols(ref PayloadReader reader)
    {
        if (!reader.EnterArray("symbols")) return null;
        var symbols = new List<string>();
        var known = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        while (reader.NextElement())
        {
            var symbol = reader.CurrentId("symbols", MaximumSymbolLength);
            if (symbol is null) continue;
            if (symbols.Count == MaximumSymbols) reader.Invalid("symbols", $"at most {MaximumSymbols} symbols are possible");
            else if (!known.Add(symbol)) reader.Invalid("symbols", $"{symbol} is given twice");
            else symbols.Add(symbol);
        }

        if (symbols.Count == 0) reader.Invalid("symbols", "at least one symbol is expected");
        return symbols;
    }

    private static List<string> ReadExtensions(ref PayloadReader reader)
    {
        var extensions = new List<string>();
        reader.Read();
        if (reader.Token == JsonTokenType.Null) return extensions;
        if (reader.Token != JsonTokenType.StartArray)
        {
            reader.SkipCurrent();
            reader.Invalid("extensions", "a list is expected");
            return extensions;
        }

        while (reader.NextElement())
        {
            var name = reader.CurrentText();
            reader.SkipCurrent();
            if (name is null) reader.Invalid("extensions", "a list of texts is expected");
            else if (Extensions.All.Contains(name) && !extensions.Contains(name)) extensions.Add(name);
        }

        return extensions;
    }

    private struct Fields
    {
        internal uint Seen;
        internal List<string>? Symbols;
        internal long? Start;
        internal long? End;
        internal Int128? Cash;
        internal Int128? Commission;
        internal long? Slippage;
        internal string? Provider;
        internal string? Version;
        internal List<string>? Extensions;
        internal ExecutionData? Execution;
    }
}
