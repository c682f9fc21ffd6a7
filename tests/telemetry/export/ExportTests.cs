using Trading.Telemetry.Tests.Support;

namespace Trading.Telemetry.Tests.Export;

/// <summary>The tests that share one exporting service; they run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class ExportTests : ICollectionFixture<ExportTests.Fixture>
{
    public const string Name = "export";

    public sealed class Fixture : IAsyncLifetime
    {
        internal MeasuredService Service { get; private set; } = null!;

        public async Task InitializeAsync() => Service = await MeasuredService.StartAsync();

        public async Task DisposeAsync() => await Service.DisposeAsync();
    }
}
