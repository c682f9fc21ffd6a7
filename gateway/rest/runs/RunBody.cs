using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Trading.Engine.Configuration;
using Trading.Gateway.Rest.Data;
using Trading.Gateway.Sessions;
using Trading.GrainInterfaces.Runs;
using Trading.Protocol;
using Trading.Protocol.Reading;
using Trading.Protocol.Text;

namespace Trading.Gateway.Rest.Runs;

/// <summary>Reads the body of a backtest or a sweep: the parameters of <c>create_session</c> with their defaults, and a strategy. Strict: what is unknown is named.</summary>
internal static class RunBody
{
    private const int MaximumSymbols = 500;
    private const int LongestName = 64;

    private const string QuantityRule = "must be a decimal above 0 and at most 45000000000";
    private const string QuantitiesRule = QuantityRule + ", a list of different ones, or a range {\"from\":…,\"to\":…,\"step\":…}";

    private static readonly Int128 MostMoney = 1_000_000_000_000_000 * SimulationConfig.MoneyUnit;

    /// <exception cref="RefusedException">A field is missing, unknown, or breaks its rule.</exception>
    internal static async Task<RunRequest> ReadAsync(HttpContext http, RunKind kind)
    {
        var body = await BodyReader.ReadAsync(
            http,
            "symbols",
            "data_provider",
            "data_version",
            "start",
            "end",
            "initial_cash",
            "commission_per_share",
            "slippage_bps",
            "extended_hours",
            "fractional_quantity",
            "execution",
            "strategy").ConfigureAwait(false);
        var session = Session(body);
        var strategy = BodyReader.Of("strategy", body.Field("strategy") ?? throw RunFields.Missing("strategy"), "name", "fast", "slow", "quantity", "short");
        return new RunRequest
        {
            Kind = kind,
            Symbols = session.Symbols,
            DataProvider = session.DataProvider,
            DataVersion = session.DataVersion,
            Config = SimulationConfigJson.Write(CommandMapper.Config(session)),
            Strategy = strategy.Text("name", LongestName) ?? RunRequest.SmaCross,
            Fast = Wholes(strategy, "fast", 2, 500, kind) ?? One(10),
            Slow = Wholes(strategy, "slow", 3, 1_000, kind) ?? One(30),
            Quantity = Quantities(strategy, kind) ?? One(100_000_000L),
            Short = strategy.Boolean("short") ?? false,
        };
    }

    private static CreateSessionData Session(BodyReader body)
    {
        var extensions = new List<string>();
        if (body.Boolean("extended_hours") == true) extensions.Add(Extensions.ExtendedHours);
        if (body.Boolean("fractional_quantity") == true) extensions.Add(Extensions.FractionalQuantity);
        const string commissionRule = "must be a decimal not below 0";
        var session = new CreateSessionData
        {
            SessionId = "",
            Symbols = Symbols(body),
            Start = body.Instant("start"),
            End = body.Instant("end"),
            InitialCash = body.Decimal("initial_cash", DecimalText.MoneyScale, 1, MostMoney, "must be a decimal above 0") ?? throw RunFields.Missing("initial_cash"),
            Extensions = extensions,
            Execution = Execution(body),
        };
        if (session.End <= session.Start) throw RefusedException.Field422("end", null, "must be after start", ErrorCodes.InvalidDateRange);
        if (body.Text("data_provider", LongestName) is { } provider) session = session with { DataProvider = provider.ToLowerInvariant() };
        if (body.Text("data_version", LongestName) is { } version) session = session with { DataVersion = version };
        if (body.Decimal("commission_per_share", DecimalText.MoneyScale, 0, MostMoney, commissionRule) is { } commission) session = session with { CommissionPerShare = commission };
        return body.Number("slippage_bps", 0, 10_000) is { } slippage ? session with { SlippageBps = slippage } : session;
    }

    private static string[] Symbols(BodyReader body)
    {
        var symbols = body.Strings("symbols", MaximumSymbols) ?? throw RunFields.Missing("symbols");
        if (symbols.Count == 0) throw RefusedException.Field422("symbols", "[]", "must name at least one symbol");
        for (var at = 0; at < symbols.Count; at++) SymbolForm.Check($"symbols[{at}]", symbols[at]);
        if (symbols.Distinct(StringComparer.OrdinalIgnoreCase).Count() < symbols.Count) throw RefusedException.Field422("symbols", null, "must not repeat a symbol");
        return [.. symbols];
    }

    /// <summary>The engine's seed is 0 unless it is given, so that the same request has the same result under any id.</summary>
    private static ExecutionData Execution(BodyReader body)
    {
        var data = new ExecutionData();
        if (body.Field("execution") is { ValueKind: not JsonValueKind.Null } field)
        {
            data = ExecutionText.Read(Encoding.UTF8.GetBytes(field.GetRawText()), out var fault) ?? data;
            if (fault is not null) throw RefusedException.Field422(fault.Field ?? "execution", null, fault.Message[(fault.Message.IndexOf(": ", StringComparison.Ordinal) + 2)..]);
        }

        data.Seed ??= 0;
        return data;
    }

    /// <summary>A backtest has one value of each, a sweep a list of them.</summary>
    private static IReadOnlyList<int>? Wholes(BodyReader strategy, string name, int least, int most, RunKind kind)
    {
        if (kind == RunKind.Sweep) return strategy.Wholes(name, least, most);
        return strategy.Number(name, least, most) is { } value ? One(value) : null;
    }

    /// <summary>An array: what a collection expression makes of the interface does not cross between processes.</summary>
    private static T[] One<T>(T value) => [value];

    private static long[]? Quantities(BodyReader strategy, RunKind kind)
    {
        if (kind == RunKind.Sweep) return strategy.Values("quantity", DecimalText.PriceScale, 1, RunRequest.MaximumQuantity, QuantitiesRule);
        return strategy.Decimal("quantity", DecimalText.PriceScale, 1, RunRequest.MaximumQuantity, QuantityRule) is { } value ? One((long)value) : null;
    }
}
