using Trading.Deployment.Tests.Support;
using Trading.Hosting;

namespace Trading.Deployment.Tests;

/// <summary>Every setting that a manifest, the compose file or an image sets is one that the programs read.</summary>
public sealed class SettingsTests
{
    /// <summary>Variables that only others of the same container are made of.</summary>
    private static readonly string[] Helpers = ["POD_NAME", "POD_NAMESPACE", "DEPLOYMENT"];

    public static TheoryData<string> Names => Overlays.Names;

    [Theory]
    [InlineData("TRADING_Cluster__SiloPort", true)]
    [InlineData("TRADING_Cluster__SiloPorts", false)]
    [InlineData("TRADING_Gateway__SigningKeys__k1", true)]
    [InlineData("TRADING_Gateway__Hosts__0", true)]
    [InlineData("TRADING_Gateway__Hosts__first", false)]
    [InlineData("TRADING_Data__Storage__BasePath", true)]
    [InlineData("TRADING_Data__Operators__0", true)]
    [InlineData("TRADING_Data__Providers__Polygon__ApiKey", true)]
    [InlineData("TRADING_Dashboard__Password", true)]
    [InlineData("TRADING_Dashboard__Pasword", false)]
    [InlineData("TRADING_SomethingElse", false)]
    [InlineData("OTEL_SERVICE_NAME", true)]
    [InlineData("OTEL_SERVICE", false)]
    public void The_tests_know_which_settings_there_are(string name, bool isKnown) => Assert.Equal(isKnown, KnownSettings.IsVariable(name));

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_variable_of_our_pods_is_a_setting(string name)
    {
        foreach (var workload in Overlays.Of(name).Workloads)
        {
            foreach (var container in workload.Containers.Where(container => container["image"].Text.StartsWith("trading-", StringComparison.Ordinal)))
            {
                Assert.All(workload.EnvironmentOf(container).Keys.Except(Helpers), variable => Assert.True(KnownSettings.IsVariable(variable), $"{workload.Name}: {variable}"));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_secret_file_of_our_pods_is_a_setting_in_the_folder_that_the_programs_look_into(string name)
    {
        var overlay = Overlays.Of(name);
        foreach (var workload in overlay.Workloads.Where(workload => workload.Name != "postgres"))
        {
            var secret = workload.Pod["volumes"].Items.Single(volume => volume["name"].Is("secrets")).At("secret.secretName").Text;
            Assert.All(overlay.Secrets[secret].Keys, file => Assert.True(KnownSettings.IsFile(file), $"{workload.Name}: {file}"));
            foreach (var container in workload.Containers.Where(container => container["image"].Text.StartsWith("trading-", StringComparison.Ordinal)))
            {
                var folder = workload.EnvironmentOf(container)["TRADING_Secrets"];
                Assert.Contains(container["volumeMounts"].Items, mount => mount["name"].Is("secrets") && mount["mountPath"].Is(folder));
            }
        }
    }

    [Fact]
    public void Every_variable_and_secret_file_of_compose_is_a_setting()
    {
        foreach (var (service, _) in Compose.Ours)
        {
            Assert.All(service.Environment.Keys, variable => Assert.True(KnownSettings.IsVariable(variable), $"{service.Name}: {variable}"));
            Assert.Equal("/run/secrets", service.Environment["TRADING_Secrets"]);
            Assert.All(service.Secrets, secret => Assert.True(KnownSettings.IsFile(secret.File), $"{service.Name}: {secret.File}"));
        }
    }

    [Theory]
    [InlineData("deploy/docker/silo.Dockerfile")]
    [InlineData("deploy/docker/gateway.Dockerfile")]
    public void Every_variable_of_an_image_is_a_setting(string path) =>
        Assert.All(Dockerfile.Load(path).Final.Environment.Keys, variable => Assert.True(KnownSettings.IsVariable(variable), variable));

    [Theory]
    [MemberData(nameof(Names))]
    public void Silos_and_gateways_agree_on_the_cluster_and_use_users_of_their_own(string name)
    {
        var overlay = Overlays.Of(name);
        var (silo, gateway, migration) = (overlay.ConfigMaps["silo-settings"], overlay.ConfigMaps["gateway-settings"], overlay.ConfigMaps["migration-settings"]);
        Assert.Equal(silo["TRADING_Cluster__ClusterId"], gateway["TRADING_Cluster__ClusterId"]);
        Assert.Equal(silo["TRADING_Cluster__ServiceId"], gateway["TRADING_Cluster__ServiceId"]);
        Assert.Equal(["trading_silo", "trading_gateway", "trading_owner"], new[] { silo, gateway, migration }.Select(map => Connection(map["TRADING_Database__ConnectionString"]).Username));
        var places = new[] { silo, gateway, migration }.Select(map => Connection(map["TRADING_Database__ConnectionString"])).Select(one => (one.Host, one.Database, one.SslMode)).Distinct();
        Assert.Single(places);
        Assert.Contains($"Gateway__SigningKeys__{gateway["TRADING_Gateway__ActiveKeyId"]}", overlay.Secrets["gateway-secrets"].Keys);
        Assert.DoesNotContain(overlay.Secrets["silo-secrets"].Keys, key => key.Contains("SigningKeys", StringComparison.Ordinal));
    }

    [Fact]
    public void In_production_the_database_is_reached_by_TLS_with_its_certificate_checked()
    {
        var overlay = Overlays.Of(Overlays.Production);
        foreach (var settings in new[] { "silo-settings", "gateway-settings", "migration-settings" })
        {
            var connection = Connection(overlay.ConfigMaps[settings]["TRADING_Database__ConnectionString"]);
            Assert.Equal(Npgsql.SslMode.VerifyFull, connection.SslMode);
            foreach (var workload in overlay.Workloads.Where(workload => workload.Containers.Any(container => container["envFrom"].Items.Exists(source => source.At("configMapRef.name").Is(settings)))))
            {
                Assert.All(workload.Containers, container => Assert.Contains(container["volumeMounts"].Items, mount => connection.RootCertificate!.StartsWith(mount["mountPath"].Text + "/", StringComparison.Ordinal)));
            }
        }

        var grants = overlay.WorkloadOf("migration").Pod["containers"].Items[0];
        var environment = overlay.WorkloadOf("migration").EnvironmentOf(grants);
        Assert.Equal("verify-full", environment["PGSSLMODE"]);
        Assert.Equal((Connection(overlay.ConfigMaps["migration-settings"]["TRADING_Database__ConnectionString"]).Host, "trading_owner"), (environment["PGHOST"], environment["PGUSER"]));
    }

    [Fact]
    public void The_settings_of_compose_fit_together()
    {
        var subnet = System.Net.IPNetwork.Parse(Compose.File.At("networks.cluster.ipam.config").Items[0]["subnet"].Text);
        var silos = Compose.Services.Where(service => service.Name.StartsWith("silo-", StringComparison.Ordinal)).ToList();
        var gateways = Compose.Services.Where(service => service.Name.StartsWith("gateway-", StringComparison.Ordinal)).ToList();
        Assert.Equal((2, 2), (silos.Count, gateways.Count));
        Assert.Equal(2, silos.Select(silo => silo.Environment["TRADING_Cluster__AdvertisedAddress"]).Distinct().Count());
        foreach (var silo in silos)
        {
            var address = silo.Environment["TRADING_Cluster__AdvertisedAddress"];
            Assert.Equal(address, silo.Networks["cluster"]["ipv4_address"].Text);
            Assert.True(subnet.Contains(System.Net.IPAddress.Parse(address)));
        }

        foreach (var (service, _) in Compose.Ours)
        {
            var connection = Connection(service.Environment["TRADING_Database__ConnectionString"]);
            Assert.NotEmpty(Compose.Service(connection.Host!).Networks.Keys.Intersect(service.Networks.Keys));
            if (service.Environment.TryGetValue("OTEL_EXPORTER_OTLP_ENDPOINT", out var endpoint)) Assert.NotEmpty(Compose.Service(new Uri(endpoint).Host).Networks.Keys.Intersect(service.Networks.Keys));
            if (service.Environment.TryGetValue("TRADING_Cluster__ClusterId", out var cluster)) Assert.Equal("trading", cluster);
        }

        Assert.All(gateways, gateway => Assert.Contains(gateway.Secrets, secret => secret.File == $"Gateway__SigningKeys__{gateway.Environment["TRADING_Gateway__ActiveKeyId"]}"));
    }

    /// <summary>What the programs themselves make of it.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void The_programs_read_the_settings_of_the_manifests_without_a_complaint(string name)
    {
        var overlay = Overlays.Of(name);
        foreach (var workload in overlay.Workloads.Where(workload => workload.Name is "silo" or "gateway"))
        {
            var environment = workload.EnvironmentOf(workload.Containers[0]);
            environment["TRADING_Cluster__AdvertisedAddress"] = "10.244.0.9";
            var configuration = new Microsoft.Extensions.Configuration.ConfigurationBuilder();
            Microsoft.Extensions.Configuration.MemoryConfigurationBuilderExtensions.AddInMemoryCollection(
                configuration,
                environment.Where(pair => pair.Key.StartsWith(HostBuilding.Prefix, StringComparison.Ordinal)).Select(pair => KeyValuePair.Create(pair.Key[HostBuilding.Prefix.Length..].Replace("__", ":", StringComparison.Ordinal), (string?)pair.Value)));
            var settings = configuration.Build();
            Assert.Equal("trading", ClusterSettings.From(settings).ClusterId);
            Assert.NotNull(DatabaseSettings.From(settings));
            Assert.NotNull(settings.GetSection(Gateway.GatewayOptions.Section).Read<Gateway.GatewayOptions>());
        }
    }

    private static Npgsql.NpgsqlConnectionStringBuilder Connection(string text) => new(text);
}
