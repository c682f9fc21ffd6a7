using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Logs;

namespace Trading.Telemetry.Tests.Export;

/// <summary>What Orleans says of the grains that it calls leaves the process without the ids of orders.</summary>
public sealed class GrainNameTests
{
    private const string Told = "Failed to address message Request [S127.0.0.1:43963:1 session/user/quiet]->[ order/user/quiet/my plan [2], leg 1] Trading.GrainInterfaces.Orders.IOrderGrain.Get() #7";
    private const string Shown = "Failed to address message Request [S127.0.0.1:43963:1 session/user/quiet]->[ order/user/quiet/-] Trading.GrainInterfaces.Orders.IOrderGrain.Get() #7";

    [Theory]
    [Trait("req", "SIM-301")]
    [InlineData(Told, Shown)]
    [InlineData("order/user/quiet/secret", "order/user/quiet/-")]
    [InlineData("order/user/quiet/secret took long\nportfolio/user/quiet", "order/user/quiet/-\nportfolio/user/quiet")]
    [InlineData("[order/u/s/one]->[order/u/s/two] twice", "[order/u/s/-]->[order/u/s/-] twice")]
    [InlineData("session/user/quiet", "session/user/quiet")]
    [InlineData("an order/execution risk", "an order/execution risk")]
    public void The_ids_of_orders_are_taken_out_and_nothing_else(string told, string shown) => Assert.Equal(shown, GrainNames.Scrub(told));

    [Fact]
    [Trait("req", "SIM-301")]
    public void A_line_of_the_runtime_hides_them_in_message_state_and_exception_and_a_line_of_ours_is_whole()
    {
        var formatter = new JsonLogFormatter(new Fixed(new JsonConsoleFormatterOptions()));
        Assert.DoesNotContain("leg 1", Line("Orleans.Messaging"), StringComparison.Ordinal);
        Assert.Equal(3, Line("Trading.Grains").Split("leg 1").Length - 1);

        string Line(string category)
        {
            using var text = new StringWriter();
            KeyValuePair<string, object?>[] state = [new("Message", Told), new("Count", 3)];
            formatter.Write(new LogEntry<KeyValuePair<string, object?>[]>(LogLevel.Error, category, new(1), state, new InvalidOperationException(Told), (_, _) => Told), null, text);
            Assert.Equal(3, JsonDocument.Parse(text.ToString()).RootElement.GetProperty("State").GetProperty("Count").GetInt32());
            return text.ToString();
        }
    }

    [Fact]
    [Trait("req", "SIM-301")]
    public void A_record_of_the_runtime_hides_them_before_it_is_exported()
    {
        var records = new Kept();
        using (var services = new ServiceCollection().AddLogging(logging => logging.AddOpenTelemetry(options =>
        {
            options.IncludeFormattedMessage = true;
            options.ParseStateValues = true;
            options.AddProcessor(new LogScrubber());
            options.AddProcessor(records);
        })).BuildServiceProvider())
        {
            var factory = services.GetRequiredService<ILoggerFactory>();
#pragma warning disable CA1848, CA2254 // a line as another library writes it
            factory.CreateLogger("Orleans.Messaging").LogError(new InvalidOperationException(Told), "Failed: {Message} {Count}", Told, 3);
            factory.CreateLogger("Trading.Grains").LogError("Failed: {Message}", Told);
#pragma warning restore CA1848, CA2254
        }

        Assert.Equal(2, records.Texts.Count);
        Assert.DoesNotContain("leg 1", records.Texts[0], StringComparison.Ordinal);
        Assert.Contains("Count=3", records.Texts[0], StringComparison.Ordinal);
        Assert.Contains("leg 1", records.Texts[1], StringComparison.Ordinal);
    }

    [Fact]
    [Trait("req", "SIM-301")]
    public void A_span_of_the_runtime_hides_them()
    {
        using var source = new ActivitySource("Microsoft.Orleans.Application");
        using var listener = new ActivityListener { ShouldListenTo = known => known == source, Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData };
        ActivitySource.AddActivityListener(listener);
        using var span = source.StartActivity("IOrderGrain/Get")!;
        span.SetTag("orleans.rpc.target_id", "order/user/quiet/leg 1").SetTag("orleans.rpc.source_id", "session/user/quiet");
        using var scrubber = new SpanScrubber();
        scrubber.OnEnd(span);
        Assert.Equal(["order/user/quiet/-", "session/user/quiet"], span.TagObjects.Select(tag => tag.Value));
    }

    private sealed class Kept : BaseProcessor<LogRecord>
    {
        public List<string> Texts { get; } = [];

        public override void OnEnd(LogRecord data) => Texts.Add(string.Join('\n', [data.FormattedMessage, data.Body, data.Exception, .. (data.Attributes ?? []).Select(attribute => (object)$"{attribute.Key}={attribute.Value}")]));
    }

    private sealed class Fixed(JsonConsoleFormatterOptions options) : IOptionsMonitor<JsonConsoleFormatterOptions>
    {
        public JsonConsoleFormatterOptions CurrentValue => options;

        public JsonConsoleFormatterOptions Get(string? name) => options;

        public IDisposable? OnChange(Action<JsonConsoleFormatterOptions, string?> listener) => null;
    }
}
