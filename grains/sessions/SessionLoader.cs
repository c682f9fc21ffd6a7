using System.Text.Json;
using Trading.Engine.Bars;
using Trading.Engine.Configuration;
using Trading.GrainInterfaces.Sessions;
using Trading.MarketData.Cache;
using Trading.MarketData.Instruments;
using Trading.MarketData.Ranges;
using Trading.MarketData.Sources;

namespace Trading.Grains.Sessions;

/// <summary>Makes the run of a session from its configuration and the bars in this process.</summary>
public interface ISimulationRunFactory
{
    /// <summary>A run at its beginning, or as <paramref name="snapshot"/> left it.</summary>
    ISimulationRun Create(SimulationConfig config, IReadOnlyList<BarSeries> series, ReadOnlyMemory<byte>? snapshot);
}

/// <summary>Checks a <c>create_session</c>, finds its bars, and finds the same bars again when a session comes back.</summary>
/// <remarks>Columns come from the process's cache and are shared by every session (SIM-308).</remarks>
public sealed class SessionLoader(IBarSource bars, BarFingerprints fingerprints, ISimulationRunFactory runs)
{
    /// <summary>The bars of sessions that are there already.</summary>
    public SessionData Data { get; } = new(bars, fingerprints);

    /// <summary>The documented error of a request that contradicts itself; null when there is none (SIM-133 to SIM-136).</summary>
    public ErrorOutput? Check(CreateCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (command.Symbols.Count == 0) return SessionErrors.InvalidField("symbols", "symbols must not be empty", command.RequestId);
        if (command.Symbols.Distinct(StringComparer.Ordinal).Count() != command.Symbols.Count) return SessionErrors.InvalidField("symbols", "symbols must not repeat", command.RequestId);
        SimulationConfig config;
        try
        {
            config = SimulationConfigJson.Read(command.Config.Json);
        }
        catch (JsonException)
        {
            return SessionErrors.InvalidField("execution", "the configuration cannot be read", command.RequestId);
        }

        if (config.End <= config.Start) return SessionErrors.Validation("INVALID_DATE_RANGE", "end must be after start", command.RequestId);
        if (config.InitialCash <= 0) return SessionErrors.InvalidField("initial_cash", "initial_cash must be above 0", command.RequestId);
        if (config.CommissionPerShare < 0) return SessionErrors.InvalidField("commission_per_share", "commission_per_share must not be negative", command.RequestId);
        if (config.SlippageRate < 0) return SessionErrors.InvalidField("slippage_bps", "slippage_bps must not be negative", command.RequestId);
        if (bars.IsKnownProvider(command.DataProvider) && bars.IsConfigured(command.DataProvider)) return null;
        var message = bars.IsKnownProvider(command.DataProvider) ? "The data provider is not configured in this deployment" : "No such data provider";
        return SessionErrors.Validation("UNSUPPORTED_DATA_PROVIDER", message, command.RequestId, SessionErrors.Entry("data_provider", command.DataProvider));
    }

    /// <summary>Finds the bars and sets up the run; the request has passed <see cref="Check"/>.</summary>
    public async Task<PreparedSession> Prepare(string tenant, CreateCommand command, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        var extensions = SessionExtensionNames.Parse(command.Extensions);
        var config = Configure(command, extensions);
        var series = new List<BarSeries>(command.Symbols.Count);
        var missing = new List<string>();
        var range = new BarRange(config.Start, config.End);
        try
        {
            foreach (var symbol in command.Symbols)
            {
                if (await bars.LoadAsync(new BarSeriesKey(symbol, command.DataProvider, command.DataVersion), range, null, cancellationToken) is { } one) series.Add(one);
                else missing.Add(symbol);
            }
        }
        catch (BarSourceException problem) when (problem.Problem is BarSourceProblem.BadSymbol)
        {
            return PreparedSession.Refused(SessionErrors.Validation("UNKNOWN_SYMBOL", problem.Message, command.RequestId));
        }
        catch (BarSourceException problem) when (problem.Problem is BarSourceProblem.UnknownDataVersion or BarSourceProblem.VersionNotAvailable)
        {
            return PreparedSession.Refused(SessionErrors.InvalidField("data_version", problem.Message, command.RequestId));
        }
        catch (Exception problem) when (problem is BarSourceException or IOException)
        {
            return PreparedSession.Refused(SessionErrors.ProviderUnavailable(command.DataProvider, command.RequestId));
        }

        return Assemble(tenant, command, config, series, missing, now);
    }

    /// <summary>The run of a session that comes back, from the beginning or from the engine's part of a snapshot.</summary>
    /// <exception cref="SessionDataException">The bars that the session began with cannot be had again.</exception>
    public async Task<ISimulationRun> Load(SessionDefinition definition, ReadOnlyMemory<byte>? snapshot, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var series = new BarSeries[definition.Loaded.Count];
        for (var symbol = 0; symbol < series.Length; symbol++) series[symbol] = await Data.Again(definition, symbol, cancellationToken);
        return runs.Create(definition.Config, series, snapshot);
    }

    private PreparedSession Assemble(string tenant, CreateCommand command, SimulationConfig config, List<BarSeries> series, List<string> missing, DateTimeOffset now)
    {
        if (series.Count == 0) return PreparedSession.Refused(NoData(missing, command.RequestId));
        // nothing converts, so amounts of two currencies would be added up (SIM-236)
        var currencies = series.Select(one => InstrumentTable.Currency(one.Instrument)).Distinct(StringComparer.Ordinal).ToList();
        if (currencies.Count > 1) return PreparedSession.Refused(SessionErrors.InvalidField("symbols", $"a session has one currency, but the symbols are priced in {string.Join(", ", currencies)}", command.RequestId));
        var ranges = series.ConvertAll(one => (Series: one, Range: DataRange.Of(one, config.Start, config.End, config.ExtendedHours)));
        // without any trading time nothing is missing: the session has 0 ticks
        if (ranges.Exists(one => one.Range.Candles > 0))
        {
            missing.AddRange(ranges.Where(one => one.Range.Candles == 0).Select(one => one.Series.Instrument.Symbol));
            ranges.RemoveAll(one => one.Range.Candles == 0);
        }
        else if (ranges.Exists(one => one.Range.MissingCandles > 0))
        {
            return PreparedSession.Refused(NoData([.. command.Symbols], command.RequestId));
        }

        var definition = new SessionDefinition
        {
            Tenant = tenant,
            SessionId = command.SessionId,
            Loaded = ranges.ConvertAll(one => new SymbolRange(one.Series.Instrument.Symbol, one.Range.Start ?? 0, one.Range.End ?? 0, one.Range.Candles, one.Range.MissingCandles)),
            Fingerprints = ranges.ConvertAll(one => Fingerprint(one.Series, config)),
            Sources = ranges.ConvertAll(one => one.Series.SourceIn(config.Start, config.End)),
            DataProvider = command.DataProvider,
            DataVersion = command.DataVersion,
            Config = config,
            Extensions = command.Extensions,
            CreatedAt = now,
        };
        ISimulationRun run;
        try
        {
            run = runs.Create(config, ranges.ConvertAll(one => one.Series), null);
        }
        catch (ArgumentException wrong)
        {
            return PreparedSession.Refused(SessionErrors.InvalidField("execution", wrong.Message, command.RequestId));
        }

        var warnings = new List<SessionOutput>();
        if (missing.Count > 0) warnings.Add(SessionErrors.DataWarning("NO_DATA_FOR_SYMBOL", $"No data in the range for {string.Join(", ", missing)}", command.RequestId, SessionErrors.Entry("symbols", string.Join(",", missing))));
        if (run.TickCount == 0) warnings.Add(SessionErrors.DataWarning("NO_TRADING_TIME", "The range holds no trading time", command.RequestId));
        return new PreparedSession(definition, run, warnings, null);
    }

    private static ErrorOutput NoData(IReadOnlyCollection<string> symbols, string? requestId) =>
        SessionErrors.NoData($"No data in the range for {string.Join(", ", symbols)}", requestId, SessionErrors.Entry("symbols", string.Join(",", symbols)));

    private string Fingerprint(BarSeries series, SimulationConfig config) => fingerprints.Of(series, config.Start, config.End, config.ExtendedHours);

    private static SimulationConfig Configure(CreateCommand command, SessionExtensions extensions)
    {
        var config = SimulationConfigJson.Read(command.Config.Json);
        return config with
        {
            ExtendedHours = extensions.HasFlag(SessionExtensions.ExtendedHours),
            FractionalQuantity = extensions.HasFlag(SessionExtensions.FractionalQuantity),
        };
    }
}

/// <summary>A session that can begin, or the error that says why not.</summary>
public sealed record PreparedSession(SessionDefinition? Definition, ISimulationRun? Run, IReadOnlyList<SessionOutput> Warnings, ErrorOutput? Error)
{
    public static PreparedSession Refused(ErrorOutput error) => new(null, null, [], error);
}

/// <summary>The data of a session cannot be had again as they were.</summary>
public sealed class SessionDataException(string message) : Exception(message);
