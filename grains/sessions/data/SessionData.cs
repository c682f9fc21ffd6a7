using System.Globalization;
using Trading.Engine.Bars;
using Trading.GrainInterfaces.Sessions;
using Trading.MarketData.Cache;
using Trading.MarketData.Sources;

namespace Trading.Grains.Sessions;

/// <summary>The bars of sessions: those they begin with, those they began with, and what has changed in between.</summary>
/// <remarks>Columns come from the process's cache and are shared by every session (SIM-308).</remarks>
public sealed class SessionData(IBarSource bars, BarFingerprints fingerprints)
{
    /// <summary>Changed days that a warning names; more are only counted.</summary>
    private const int MostDaysNamed = 20;

    /// <summary>A session may have read its bars this long after it was created.</summary>
    private const long LoadMicros = 60_000_000;

    /// <summary>
    /// The bars that a session began with: those of now when they are the same, otherwise as they were when it was created (OHLCV-200). The same means
    /// equal bars from the same sources; where the sources alone differ and cannot be had again, equal bars are enough.
    /// </summary>
    /// <exception cref="SessionDataException">They cannot be had again.</exception>
    /// <exception cref="IOException">The store cannot be read; that may pass.</exception>
    public async Task<BarSeries> Again(SessionDefinition definition, int symbol, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var name = definition.Loaded[symbol].Symbol;
        var created = Instants.Micros(definition.CreatedAt);
        BarSeries? equal = null;
        var why = $"the bars of {name} are gone";
        foreach (var instant in new long?[] { null, created, created + LoadMicros })
        {
            BarSeries? series;
            try
            {
                series = await bars.LoadAsync(KeyOf(definition, symbol), RangeOf(definition), instant, cancellationToken);
            }
            catch (BarSourceException problem)
            {
                why = $"the bars of {name} cannot be read: {problem.Message}";
                continue;
            }

            if (series is null) continue;
            why = $"the bars of {name} have changed";
            if (Fingerprint(series, definition) != definition.Fingerprints[symbol]) continue;
            if (definition.Sources is not { } sources || sources[symbol] == SourceOf(series, definition)) return series;
            equal ??= series;
        }

        return equal ?? throw new SessionDataException(why);
    }

    /// <summary>What a session uses, for the memory of its user.</summary>
    public static IReadOnlyList<DataUse> UsesOf(SessionDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var uses = new DataUse[definition.Loaded.Count];
        for (var symbol = 0; symbol < uses.Length; symbol++)
        {
            uses[symbol] = new DataUse(
                definition.DataProvider,
                definition.DataVersion,
                definition.Loaded[symbol].Symbol,
                definition.Config.Start,
                definition.Config.End,
                definition.Config.ExtendedHours,
                definition.Fingerprints[symbol],
                definition.SessionId,
                Instants.Micros(definition.CreatedAt));
        }

        return uses;
    }

    /// <summary>One warning for each use of an earlier session that differs from what the new one uses.</summary>
    public async Task<IReadOnlyList<ErrorOutput>> ChangedSince(SessionDefinition definition, IReadOnlyList<DataUse> earlier, string? requestId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(earlier);
        var warnings = new List<ErrorOutput>();
        foreach (var use in earlier)
        {
            var now = UsesOf(definition).First(use.IsOfTheSame);
            warnings.Add(await Warning(use, now.Fingerprint, $"The data of {use.Symbol} have changed since session {use.Session} used them", requestId, cancellationToken));
        }

        return warnings;
    }

    /// <summary>One warning for each symbol whose data are now others than those that the session began with and goes on with.</summary>
    public async Task<IReadOnlyList<ErrorOutput>> ChangedMeanwhile(SessionDefinition definition, string? requestId, CancellationToken cancellationToken)
    {
        var uses = UsesOf(definition);
        var warnings = new List<ErrorOutput>();
        for (var symbol = 0; symbol < uses.Count; symbol++)
        {
            var series = await bars.LoadAsync(KeyOf(definition, symbol), RangeOf(definition), null, cancellationToken);
            var fingerprint = series is null ? "" : Fingerprint(series, definition);
            if (fingerprint == uses[symbol].Fingerprint) continue;
            warnings.Add(await Warning(uses[symbol], fingerprint, $"The data of {uses[symbol].Symbol} have changed since this session began; it goes on with those it began with", requestId, cancellationToken));
        }

        return warnings;
    }

    /// <summary>SHA-256 over the bars that a session with this definition uses.</summary>
    private string Fingerprint(BarSeries series, SessionDefinition definition) =>
        fingerprints.Of(series, definition.Config.Start, definition.Config.End, definition.Config.ExtendedHours);

    private static string SourceOf(BarSeries series, SessionDefinition definition) => series.SourceIn(definition.Config.Start, definition.Config.End);

    private static BarSeriesKey KeyOf(SessionDefinition definition, int symbol) => new(definition.Loaded[symbol].Symbol, definition.DataProvider, definition.DataVersion);

    private static BarRange RangeOf(SessionDefinition definition) => new(definition.Config.Start, definition.Config.End);

    private async Task<ErrorOutput> Warning(DataUse earlier, string fingerprint, string message, string? requestId, CancellationToken cancellationToken)
    {
        var context = new List<ContextEntry>
        {
            SessionErrors.Entry("symbol", earlier.Symbol),
            SessionErrors.Entry("earlier_session_id", earlier.Session),
            SessionErrors.Entry("earlier_fingerprint", earlier.Fingerprint),
            SessionErrors.Entry("fingerprint", fingerprint),
        };
        var days = await bars.ChangedDaysAsync(new BarSeriesKey(earlier.Symbol, earlier.Provider, earlier.DataVersion), new BarRange(earlier.Start, earlier.End), earlier.At, cancellationToken);
        if (days is { Count: > 0 })
        {
            context.Add(SessionErrors.Entry("changed_days", string.Join(',', days.Take(MostDaysNamed).Select(day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)))));
            context.Add(SessionErrors.Entry("changed_day_count", days.Count));
        }

        return SessionErrors.DataWarning("DATA_CHANGED", message, requestId, [.. context]);
    }
}
