using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Trading.Engine;
using Trading.Engine.Metrics;
using Trading.Engine.Orders;

namespace Trading.Grains.Sessions;

/// <summary>The detailed report of a finished run: figures, assumptions manifest, result hash (extension <c>report</c>, EXEC-062, EXEC-063).</summary>
public static class SessionReport
{
    /// <summary>The figures of a run.</summary>
    public static MetricsReport Metrics(Simulation simulation)
    {
        ArgumentNullException.ThrowIfNull(simulation);
        return MetricsReport.From(simulation.Statistics.ToMetricsInput(Annualisation.Of(simulation.Config.RatioSampling, simulation.Config.ExtendedHours, simulation.Series)));
    }

    /// <summary>The payload of <c>simulation_report</c>: money and ratios as decimal text, undefined figures null.</summary>
    /// <param name="sessionId">Named in the report.</param>
    /// <param name="simulation">The finished run.</param>
    /// <param name="refused">Orders refused before the engine saw them; they count as orders and as rejects.</param>
    public static string Write(string sessionId, Simulation simulation, int refused)
    {
        var metrics = Metrics(simulation);
        metrics = metrics with { Orders = metrics.Orders + refused, Rejects = metrics.Rejects + refused };
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("session_id", sessionId);
            json.WriteString("result_hash", simulation.ResultHash);
            WriteMetrics(json, metrics);
            json.WritePropertyName("manifest");
            json.WriteRawValue(AssumptionsManifest.Of(simulation).ToCanonicalJson(), skipInputValidation: true);
            WriteTrades(json, simulation);
            WriteCurve(json, simulation);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteMetrics(Utf8JsonWriter json, MetricsReport metrics)
    {
        json.WriteStartObject("metrics");
        json.WriteString("initial_cash", Decimals.Money(metrics.InitialCash));
        json.WriteString("final_equity", Decimals.Money(metrics.FinalEquity));
        Ratio(json, "total_return", metrics.TotalReturn);
        Ratio(json, "max_drawdown", metrics.MaxDrawdown);
        if (metrics.MaxDrawdownMicros is { } micros) json.WriteNumber("max_drawdown_sec", micros / 1_000_000);
        else json.WriteNull("max_drawdown_sec");
        json.WriteString("annualisation", metrics.Annualisation.Statement);
        json.WriteNumber("returns", metrics.Returns);
        Dialect(json, "standard", metrics.Standard);
        Dialect(json, "lean", metrics.Lean);
        Dialect(json, "backtesting_py", metrics.BacktestingPy);
        json.WriteNumber("trades", metrics.Trades);
        json.WriteNumber("winning_trades", metrics.WinningTrades);
        json.WriteNumber("losing_trades", metrics.LosingTrades);
        Ratio(json, "win_rate", metrics.WinRate);
        Ratio(json, "profit_factor", metrics.ProfitFactor);
        Ratio(json, "exposure_time", metrics.ExposureTime);
        Ratio(json, "turnover", metrics.Turnover);
        Money(json, "average_win", metrics.AverageWin);
        Money(json, "average_loss", metrics.AverageLoss);
        Money(json, "expectancy", metrics.Expectancy);
        Money(json, "best_trade", metrics.BestTrade);
        Money(json, "worst_trade", metrics.WorstTrade);
        if (metrics.AverageHoldingMicros is { } holding) json.WriteNumber("average_holding_sec", holding / 1_000_000);
        else json.WriteNull("average_holding_sec");
        Money(json, "total_commission", metrics.TotalCommission);
        Money(json, "total_fees", metrics.TotalFees);
        Money(json, "total_slippage_cost", metrics.TotalSlippageCost);
        json.WriteNumber("orders", metrics.Orders);
        json.WriteNumber("fills", metrics.Fills);
        json.WriteNumber("rejects", metrics.Rejects);
        json.WriteNumber("partial_fills", metrics.Partials);
        json.WriteNumber("expiries", metrics.Expiries);
        json.WriteNumber("cancels", metrics.Cancels);
        json.WriteEndObject();
    }

    private static void Dialect(Utf8JsonWriter json, string name, RatioSet ratios)
    {
        json.WriteStartObject(name);
        Ratio(json, "sharpe_ratio", ratios.Sharpe);
        Ratio(json, "sortino_ratio", ratios.Sortino);
        Ratio(json, "annual_return", ratios.AnnualReturn);
        Ratio(json, "volatility", ratios.Volatility);
        Ratio(json, "calmar_ratio", ratios.Calmar);
        json.WriteEndObject();
    }

    private static void WriteTrades(Utf8JsonWriter json, Simulation simulation)
    {
        json.WriteStartObject("trades");
        var byExit = simulation.Statistics.TradesByExit;
        for (var reason = 0; reason < byExit.Length; reason++)
        {
            if (byExit[reason] > 0) json.WriteNumber(ExitName((FillReason)reason), byExit[reason]);
        }

        json.WriteEndObject();
    }

    private static void WriteCurve(Utf8JsonWriter json, Simulation simulation)
    {
        json.WriteStartArray("equity_curve");
        foreach (var point in simulation.Statistics.Curve)
        {
            json.WriteStartObject();
            json.WriteString("sim_time", Instants.Text(Instants.FromMicros(point.Time)));
            json.WriteString("equity", Decimals.Money(point.Equity));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Ratio(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number) json.WriteString(name, number.ToString("0.############", CultureInfo.InvariantCulture));
        else json.WriteNull(name);
    }

    private static void Money(Utf8JsonWriter json, string name, Int128? value)
    {
        if (value is { } money) json.WriteString(name, Decimals.Money(money));
        else json.WriteNull(name);
    }

    private static string ExitName(FillReason reason) => reason switch
    {
        FillReason.MarketOpen => "market_open",
        FillReason.Market => "market",
        FillReason.LimitTouched => "limit_touched",
        FillReason.StopTriggered => "stop_triggered",
        FillReason.StopLimitTouched => "stop_limit_touched",
        FillReason.MarketOnOpen => "market_on_open",
        FillReason.MarketOnClose => "market_on_close",
        _ => "other",
    };
}
