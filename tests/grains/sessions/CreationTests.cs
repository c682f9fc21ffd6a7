using Trading.Engine.Configuration;
using Trading.GrainInterfaces.Sessions;
using Trading.Grains.Sessions;
using Trading.MarketData.Cache;

namespace Trading.Grains.Tests.Sessions;

/// <summary>Section 11.1 and 11.2: what makes a session, and what does not.</summary>
public class CreationTests
{
    private static readonly DateTimeOffset Now = new(2026, 2, 3, 9, 15, 0, TimeSpan.Zero);

    private readonly SmallBarSource _bars = new();

    private SessionLoader Loader => new(_bars, new BarFingerprints(), new SimulationRunFactory());

    public static TheoryData<string, Func<CreateCommand, CreateCommand>, string> Wrong => new()
    {
        { "no symbols", create => create with { Symbols = [] }, "INVALID_FIELD" },
        { "a symbol twice", create => create with { Symbols = ["ACME", "BETA", "ACME"] }, "INVALID_FIELD" },
        { "end at start", create => With(create, config => config with { End = config.Start }), "INVALID_DATE_RANGE" },
        { "end before start", create => With(create, config => config with { End = config.Start - 1 }), "INVALID_DATE_RANGE" },
        { "no cash", create => With(create, config => config with { InitialCash = 0 }), "INVALID_FIELD" },
        { "negative cash", create => With(create, config => config with { InitialCash = -1 }), "INVALID_FIELD" },
        { "negative commission", create => With(create, config => config with { CommissionPerShare = -1 }), "INVALID_FIELD" },
        { "negative slippage", create => With(create, config => config with { SlippageRate = -1 }), "INVALID_FIELD" },
        { "a known provider that is not configured", create => create with { DataProvider = "iex" }, "UNSUPPORTED_DATA_PROVIDER" },
        { "a provider that nobody knows", create => create with { DataProvider = "bloomberg" }, "UNSUPPORTED_DATA_PROVIDER" },
    };

    [Theory]
    [Trait("req", "SIM-133")]
    [Trait("req", "SIM-134")]
    [Trait("req", "SIM-135")]
    [Trait("req", "SIM-136")]
    [Trait("req", "SIM-139")]
    [MemberData(nameof(Wrong))]
    public void A_request_that_breaks_a_rule_is_a_validation_error(string what, Func<CreateCommand, CreateCommand> change, string code)
    {
        var error = Loader.Check(change(SessionHost.Create()));
        Assert.NotNull(error);
        Assert.Equal((code, "validation", "error", true, "r-1"), (error.Code, error.Type, error.Severity, error.Recoverable, error.RequestId));
        Assert.NotEmpty(what);
    }

    [Theory]
    [Trait("req", "SIM-138")]
    [InlineData("polygon")]
    [InlineData("tiingo")]
    [InlineData("financial_modeling_prep")]
    public void Configured_providers_are_accepted(string provider)
    {
        Assert.Null(Loader.Check(SessionHost.Create() with { DataProvider = provider }));
    }

    [Fact]
    [Trait("req", "SIM-137")]
    [Trait("req", "SIM-142")]
    [Trait("req", "SIM-143")]
    [Trait("req", "SIM-144")]
    public async Task A_created_session_says_what_data_there_are()
    {
        var prepared = await Loader.Prepare("user", SessionHost.Create("s-1", "ACME", "BETA"), Now, CancellationToken.None);
        Assert.Null(prepared.Error);
        Assert.Empty(prepared.Warnings);
        // points of time, not points times symbols
        Assert.Equal(20, prepared.Run!.TickCount);
        const long end = SmallBars.FirstOpen + SmallBars.Day + 10 * SmallBars.Minute;
        Assert.Equal(
            [new SymbolRange("ACME", SmallBars.FirstOpen, end, 20, 0), new SymbolRange("BETA", SmallBars.FirstOpen, end, 18, 2)],
            prepared.Definition!.Loaded);
    }

    [Fact]
    [Trait("req", "SIM-145")]
    public async Task Symbols_without_data_are_left_out_and_named()
    {
        var create = With(SessionHost.Create("s-1", "NONE", "ACME", "LATE"), config => config with { End = SmallBars.FirstOpen + SmallBars.Day });
        var prepared = await Loader.Prepare("user", create, Now, CancellationToken.None);
        Assert.Equal(["ACME"], prepared.Definition!.Loaded.Select(loaded => loaded.Symbol));
        var warning = Assert.IsType<ErrorOutput>(Assert.Single(prepared.Warnings));
        Assert.Equal(("NO_DATA_FOR_SYMBOL", "data", "warning", true), (warning.Code, warning.Type, warning.Severity, warning.Recoverable));
        Assert.Equal("NONE,LATE", OrderTests.Context(warning, "symbols"));
    }

    [Theory]
    [Trait("req", "SIM-146")]
    [InlineData("NONE")]
    [InlineData("LATE")]
    public async Task Without_any_data_there_is_no_session(string symbol)
    {
        var create = With(SessionHost.Create("s-1", symbol), config => config with { End = SmallBars.FirstOpen + SmallBars.Day });
        var prepared = await Loader.Prepare("user", create, Now, CancellationToken.None);
        Assert.Null(prepared.Run);
        Assert.Equal(("NO_DATA_FOR_SYMBOL", "data", "error"), (prepared.Error!.Code, prepared.Error.Type, prepared.Error.Severity));
    }

    [Fact]
    [Trait("req", "SIM-140")]
    [Trait("req", "SIM-141")]
    public async Task A_range_without_trading_time_makes_a_session_of_no_ticks_and_a_warning()
    {
        var create = With(SessionHost.Create(), config => config with { Start = SmallBars.FirstOpen + SmallBars.Minute * 60, End = SmallBars.FirstOpen + SmallBars.Minute * 120 });
        var prepared = await Loader.Prepare("user", create, Now, CancellationToken.None);
        Assert.Equal(0, prepared.Run!.TickCount);
        var warning = Assert.IsType<ErrorOutput>(Assert.Single(prepared.Warnings));
        Assert.Equal(("NO_TRADING_TIME", "data", "warning", true), (warning.Code, warning.Type, warning.Severity, warning.Recoverable));
    }

    [Fact]
    [Trait("req", "SIM-275")]
    public async Task Data_that_cannot_be_read_end_the_attempt_with_a_time_to_try_again()
    {
        _bars.IsDown = true;
        var error = (await Loader.Prepare("user", SessionHost.Create(), Now, CancellationToken.None)).Error!;
        Assert.Equal(("DATA_PROVIDER_UNAVAILABLE", "data", "fatal", false, 30_000L), (error.Code, error.Type, error.Severity, error.Recoverable, error.RetryAfterMs));
        Assert.Equal("polygon", OrderTests.Context(error, "data_provider"));
    }

    [Fact]
    public async Task The_seed_is_the_one_in_the_configuration_also_when_it_is_zero()
    {
        Assert.Equal(42UL, await Seed(With(SessionHost.Create(), config => config with { Seed = 42 })));
        Assert.Equal(0UL, await Seed(With(SessionHost.Create(), config => config with { Seed = 0 })));

        async Task<ulong> Seed(CreateCommand create) => (await Loader.Prepare("user", create, Now, CancellationToken.None)).Definition!.Config.Seed;
    }

    [Theory]
    [Trait("req", "SIM-170")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Extended_hours_and_fractions_follow_from_the_extensions(bool asked)
    {
        var create = SessionHost.Create() with { Extensions = asked ? ["extended_hours", "fractional_quantity"] : [] };
        var config = (await Loader.Prepare("user", create, Now, CancellationToken.None)).Definition!.Config;
        Assert.Equal((asked, asked), (config.ExtendedHours, config.FractionalQuantity));
    }

    [Fact]
    [Trait("req", "SIM-131")]
    public void The_configuration_of_a_session_that_names_nothing_has_the_documented_defaults()
    {
        var config = SimulationConfigJson.Read(SessionHost.Create().Config.Json);
        Assert.Equal(5 * SimulationConfig.BasisPoint, config.SlippageRate);
        Assert.Equal(SmallBars.Money(0.005m), config.CommissionPerShare);
        Assert.Equal((SlippageModel.FixedBps, CommissionModel.PerShare), (config.Slippage, config.Commission));
        Assert.Equal((ExecutionTiming.NextOpen, LimitFill.Through, AccountType.Margin), (config.Timing, config.LimitFill, config.Account));
    }

    [Fact]
    public void Options_out_of_range_name_themselves()
    {
        Assert.Equal(
            ["Sessions:MaxPendingTicks is 0, but must be 1 to 1000000", "Sessions:RetainedFor is 01:00:00, but must be at least ResumableFor (1.00:00:00) and at most 45 days"],
            new SessionOptions { MaxPendingTicks = 0, RetainedFor = TimeSpan.FromHours(1) }.Problems());
        Assert.Empty(new SessionOptions().Problems());
    }

    private static CreateCommand With(CreateCommand create, Func<SimulationConfig, SimulationConfig> change) =>
        create with { Config = new SessionConfig(SimulationConfigJson.Write(change(SimulationConfigJson.Read(create.Config.Json)))) };
}
