using Trading.Telemetry.Tests.Support;

namespace Trading.Telemetry.Tests.Risks;

/// <summary>The service that faults are injected into. The tests run one after the other: each of them looks at what the process counts.</summary>
[CollectionDefinition(Name)]
public sealed class RiskTests : ICollectionFixture<RiskTests.Fixture>
{
    public const string Name = "risks";

    public sealed class Fixture : IAsyncLifetime
    {
        internal MeasuredService Service { get; private set; } = null!;

        public async Task InitializeAsync() => Service = await MeasuredService.StartAsync(settings: ["Plans:TokensPerMinute=1000"]);

        public async Task DisposeAsync() => await Service.DisposeAsync();
    }
}
