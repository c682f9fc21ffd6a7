using System.Globalization;
using System.Text;
using Trading.Engine.Metrics;
using Trading.Engine.Orders;
using Xunit.Sdk;

namespace Trading.Engine.Tests.Twin;

/// <summary>
/// Runs a workload through the engine and its twin and compares everything after every step. A failure names seed, step and both sides and tells the
/// steps up to there; <c>TRADING_SEED=n ./test</c> judges that seed alone.
/// </summary>
public sealed class Judge
{
    private const int StepsBetweenInterruptions = 5;

    private readonly Workload _workload;
    private readonly bool _interrupted;
    private readonly NaiveSimulation _twin;
    private readonly Invariants _invariants;
    private readonly StringBuilder _story = new();
    private Simulation _engine;
    private int _step;
    private int _numbers;

    private Judge(Workload workload, bool interrupted)
    {
        _workload = workload;
        _interrupted = interrupted;
        _twin = new NaiveSimulation(workload.Config, workload.Series);
        _engine = new Simulation(workload.Config, workload.Series);
        _invariants = new Invariants(workload);
        Watch();
    }

    /// <summary>Judges one workload; returns the number of events compared.</summary>
    /// <param name="workload">The run.</param>
    /// <param name="interrupted">The engine is saved to a snapshot and restored from it every few steps.</param>
    public static int Run(Workload workload, bool interrupted)
    {
        var judge = new Judge(workload, interrupted);
        judge.Compare("ticks", judge._twin.TickCount, judge._engine.TickCount);
        foreach (var step in workload.Steps)
        {
            judge._step++;
            judge._story.AppendLine(CultureInfo.InvariantCulture, $"  {judge._step}: {step}");
            judge.Take(step);
        }

        judge._engine.Finish();
        judge._twin.Finish();
        judge.CompareAll();
        judge.Compare("result hash", judge._twin.ResultHash, judge._engine.ResultHash);
        judge._invariants.AtEnd();
        judge.CompareResults();
        return judge._twin.AllEvents.Count;
    }

    private void Take(Step step)
    {
        try
        {
            switch (step)
            {
                case Step.Submit submit:
                    TakeSubmit(submit);
                    break;
                case Step.Cancel cancel:
                    Compare("cancel", _twin.Cancel(cancel.Number), _engine.Cancel(cancel.Number));
                    break;
                case Step.Replace replace:
                    var expected = _twin.Replace(replace.Intent);
                    Compare("replace", expected, _engine.Replace(replace.Intent));
                    _numbers = Math.Max(_numbers, expected.OrderNumber);
                    break;
                default:
                    _twin.CompleteTick();
                    _engine.CompleteTick();
                    if (_engine.CompletedTicks % 8 == 0) Compare("result hash", _twin.ResultHash, _engine.ResultHash);
                    break;
            }
        }
        catch (Exception exception) when (exception is not XunitException)
        {
            throw Failure($"{exception.GetType().Name}: {exception.Message}\n{exception.StackTrace}");
        }

        CompareAll();
        if (_interrupted && _step % StepsBetweenInterruptions == 0) Interrupt();
    }

    private void Interrupt()
    {
        _engine = Simulation.Restore(_workload.Config, _workload.Series, _engine.SaveSnapshot());
        Watch();
    }

    private void Watch() => _engine.FillObserver = new FillWatch(_engine, _workload);

    private void TakeSubmit(Step.Submit submit)
    {
        var expected = new SubmitOutcome[submit.Orders.Length];
        var actual = new SubmitOutcome[submit.Orders.Length];
        _twin.Submit(submit.Orders, submit.Atomic, expected);
        _engine.Submit(submit.Orders, submit.Atomic, actual);
        for (var index = 0; index < expected.Length; index++) Compare($"outcome {index}", expected[index], actual[index]);
        _numbers = Math.Max(_numbers, expected[^1].OrderNumber);
    }

    private void CompareAll()
    {
        var expected = _twin.Events;
        var actual = _engine.Events;
        for (var index = 0; index < Math.Min(expected.Length, actual.Length); index++) Compare($"event {index} of the step", expected[index], actual[index]);
        if (expected.Length > actual.Length) throw Failure($"the engine lacks {expected[actual.Length]}");
        if (expected.Length < actual.Length) throw Failure($"the engine has also {actual[expected.Length]}");

        foreach (var one in actual) _invariants.After(one);
        Compare("completed ticks", _twin.CompletedTicks, _engine.CompletedTicks);
        Compare("cash", _twin.Cash, _engine.Cash);
        Compare("equity", _twin.Equity, _engine.Equity);
        for (var symbol = 0; symbol < _workload.Series.Count; symbol++)
        {
            Compare($"position of symbol {symbol}", _twin.Position(symbol), _engine.Position(symbol));
            Compare($"mark of symbol {symbol}", _twin.Mark(symbol), _engine.Mark(symbol));
        }

        for (var number = 1; number <= _numbers; number++)
        {
            Compare($"state of order {number}", _twin.StateOf(number), _engine.StateOf(number));
            Compare($"reason of order {number}", _twin.ReasonOf(number), _engine.ReasonOf(number));
        }

        _invariants.AfterStep(_engine);
        Compare("divergences between intent, order and ledger", 0, _engine.Reconcile().Count);
        _engine.ClearEvents();
        _twin.ClearEvents();
    }

    private void CompareResults()
    {
        var expected = new NaiveResults(_workload, _twin.AllEvents, _twin.EquitySamples);
        var trades = _engine.Trades;
        for (var index = 0; index < Math.Min(expected.Trades.Count, trades.Length); index++) Compare($"trade {index}", expected.Trades[index], trades[index]);
        Compare("number of trades", expected.Trades.Count, trades.Length);
        var report = _engine.Statistics.ToMetricsInput(Annualisation.Of(_workload.Config.RatioSampling, _workload.Config.ExtendedHours, _workload.Series));
        var deepest = _engine.Statistics.MaximumDrawdown;
        Compare("deepest drawdown", true, expected.IsDeepest(deepest.Peak, deepest.Trough));
        Compare("longest drawdown", expected.LongestDrawdownMicros, report.MaxDrawdownMicros);
        CompareReturns(expected.Returns, report.Returns);
        Compare("daily closes", string.Join(" ", expected.DailyCloses), string.Join(" ", _engine.Statistics.DailyCloses.ToArray().Select(close => close.Equity)));
        CompareCurve(_engine.Statistics.Curve);
        Compare("metrics", expected.Metrics, report with { Returns = default, MaxDrawdown = null, MaxDrawdownMicros = 0, Annualisation = expected.Metrics.Annualisation });
    }

    /// <summary>The curve of a report: at most 1000 of the samples, the last one included.</summary>
    private void CompareCurve(ReadOnlySpan<EquityPoint> curve)
    {
        var samples = _twin.EquitySamples.ToDictionary(sample => sample.Time, sample => (Int128)sample.Equity);
        foreach (var point in curve) Compare($"equity at {point.Time}", samples[point.Time], point.Equity);
        Compare("last point of the curve", _twin.EquitySamples[^1].Time, curve[^1].Time);
        Compare("at most 1000 points", true, curve.Length <= 1000);
    }

    private void CompareReturns(IReadOnlyList<double>? expected, ReturnMoments moments)
    {
        Compare("a return that cannot be formed", expected is null, moments.Broken);
        if (expected is null) return;
        Compare("number of returns", expected.Count, moments.Count);
        var mean = expected.Count == 0 ? 0 : expected.Average();
        var largest = expected.Select(Math.Abs).Append(1).Max();
        Compare("mean return", true, Math.Abs(mean - moments.Mean) <= 1e-9 * largest);
        Compare("squared deviations", true, Math.Abs(expected.Sum(value => (value - mean) * (value - mean)) - moments.SquaredDeviations) <= 1e-9 * largest * largest);
    }

    private void Compare<T>(string what, T twin, T engine)
    {
        if (!EqualityComparer<T>.Default.Equals(twin, engine)) throw Failure($"{what}\n  twin:   {twin}\n  engine: {engine}");
    }

    private XunitException Failure(string what)
    {
        var bars = new StringBuilder();
        for (var symbol = 0; symbol < _workload.Series.Count; symbol++)
        {
            var one = _workload.Series[symbol];
            for (var bar = 0; bar < one.Count; bar++)
            {
                bars.AppendLine(CultureInfo.InvariantCulture,
                    $"  {symbol} {one.OpenTime[bar]} {one.Open[bar]} {one.High[bar]} {one.Low[bar]} {one.Close[bar]} volume {one.Volume[bar]} {one.Session[bar]}");
            }
        }

        return new XunitException($"seed {_workload.Seed}, step {_step}, tick {_twin.CompletedTicks + 1}: {what}\n{_workload.Config}\nbars\n{bars}events so far\n  {string.Join("\n  ", _twin.AllEvents)}\nsteps\n{_story}");
    }
}
