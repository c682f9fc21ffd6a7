using Trading.Deployment.Tests.Support;
using Trading.Hosting;

namespace Trading.Deployment.Tests;

/// <summary>What every pod must be: without rights, replaced without a gap, and probed where something answers.</summary>
public sealed class PodTests
{
    public static TheoryData<string> Names => Overlays.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Pods_run_without_any_rights(string name)
    {
        var overlay = Overlays.Of(name);
        Assert.All(overlay.OfKind("ServiceAccount"), account => Assert.Equal("false", account["automountServiceAccountToken"].Text));
        Assert.DoesNotContain(overlay.Resources, resource => resource["kind"].Text.Contains("Role", StringComparison.Ordinal));
        foreach (var workload in overlay.Workloads)
        {
            Assert.Equal("false", workload.Pod["automountServiceAccountToken"].Text);
            var security = workload.Pod["securityContext"];
            Assert.Equal(("true", "RuntimeDefault"), (security["runAsNonRoot"].Text, security.At("seccompProfile.type").Text));
            Assert.True(security["runAsUser"].Number > 0 && security["runAsGroup"].Number > 0);
            foreach (var forbidden in new[] { "hostNetwork", "hostPID", "hostIPC" }) Assert.False(workload.Pod[forbidden].Exists);
            foreach (var container in workload.Containers)
            {
                var own = container["securityContext"];
                Assert.Equal(("false", "true"), (own["allowPrivilegeEscalation"].Text, own["readOnlyRootFilesystem"].Text));
                Assert.Equal(["ALL"], own.At("capabilities.drop").Words);
                Assert.False(own.At("capabilities.add").Exists || own["privileged"].Exists || own["runAsUser"].Exists);
                Assert.Contains(container["volumeMounts"].Items, mount => mount["mountPath"].Is("/tmp"));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_namespace_refuses_pods_with_rights(string name) =>
        Assert.Equal("restricted", Overlays.Of(name).Find("Namespace", "trading").At("metadata.labels")["pod-security.kubernetes.io/enforce"].Text);

    [Theory]
    [MemberData(nameof(Names))]
    public void Pods_ask_for_cpu_without_a_limit_and_for_the_memory_that_they_may_use(string name)
    {
        foreach (var container in Overlays.Of(name).Workloads.SelectMany(workload => workload.Containers))
        {
            var resources = container["resources"];
            Assert.True(resources.At("requests.cpu").Exists && resources.At("requests.memory").Exists && resources.At("limits.memory").Exists);
            Assert.False(resources.At("limits.cpu").Exists, "a throttled silo is taken for dead");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Silos_and_gateways_are_replaced_one_by_one_with_time_for_a_goodbye(string name)
    {
        foreach (var workload in Overlays.Of(name).Workloads.Where(workload => workload.Name is "silo" or "gateway"))
        {
            Assert.Equal("Deployment", workload.Kind);
            Assert.Equal((0, 1), (workload.Resource.At("spec.strategy.rollingUpdate.maxUnavailable").Number, workload.Resource.At("spec.strategy.rollingUpdate.maxSurge").Number));
            var sleep = workload.Containers[0].At("lifecycle.preStop.sleep.seconds");
            var goodbye = (int)Shutdown(workload.Name).TotalSeconds + (sleep.Exists ? sleep.Number : 0);
            Assert.True(workload.Pod["terminationGracePeriodSeconds"].Number >= goodbye + 20, $"{workload.Name} needs {goodbye} s");
            Assert.Equal(2, workload.Pod["topologySpreadConstraints"].Items.Count);
            Assert.All(workload.Pod["topologySpreadConstraints"].Items, spread => Assert.True(workload.IsSelectedBy(spread["labelSelector"])));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Probes_ask_routes_that_exist_at_ports_that_are_served(string name)
    {
        foreach (var workload in Overlays.Of(name).Workloads.Where(workload => workload.Name is "silo" or "gateway"))
        {
            var container = workload.Containers[0];
            var port = new Uri(workload.EnvironmentOf(container)[workload.Name == "silo" ? "TRADING_Ops__Urls" : "TRADING_Urls"].Replace("+", "localhost", StringComparison.Ordinal)).Port;
            foreach (var (probe, path) in new[] { ("startupProbe", HealthProbes.Startup), ("readinessProbe", HealthProbes.Ready), ("livenessProbe", HealthProbes.Live) })
            {
                Assert.Equal(path, container[probe].At("httpGet.path").Text);
                Assert.Equal(port, workload.Ports[container[probe].At("httpGet.port").Text]);
            }

            // a start may take as long as the program waits for its database, and a pause of the collector must not kill
            Assert.True(container.At("startupProbe.periodSeconds").Number * container.At("startupProbe.failureThreshold").Number >= 120);
            Assert.True(container.At("livenessProbe.periodSeconds").Number * container.At("livenessProbe.failureThreshold").Number >= 60);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_silo_tells_the_others_the_address_of_its_pod_and_listens_at_the_named_ports(string name)
    {
        var silo = Overlays.Of(name).WorkloadOf("silo");
        var environment = silo.EnvironmentOf(silo.Containers[0]);
        Assert.Equal("{status.podIP}", environment["TRADING_Cluster__AdvertisedAddress"]);
        Assert.Equal((environment["TRADING_Cluster__SiloPort"], environment["TRADING_Cluster__GatewayPort"]), (Text(silo.Ports["silo"]), Text(silo.Ports["client"])));
        Assert.Contains("service.instance.id={metadata.name},", environment["OTEL_RESOURCE_ATTRIBUTES"], StringComparison.Ordinal);
        Assert.EndsWith($"deployment.environment.name={Path.GetFileName(name)}", environment["OTEL_RESOURCE_ATTRIBUTES"], StringComparison.Ordinal);
        Assert.Equal("1654", silo.Pod.At("securityContext.runAsUser").Text);
    }

    /// <summary>How long the host of a process may take, from the program itself.</summary>
    private static TimeSpan Shutdown(string workload)
    {
        var (assembly, type) = workload == "silo" ? ("Trading.Silo", "Trading.Silo.Composition.ClusterSilo") : ("Trading.Gateway.Host", "Trading.Gateway.Host.Composition.GatewayProcess");
        var field = System.Reflection.Assembly.Load(assembly).GetType(type, throwOnError: true)!.GetField("ShutdownTimeout", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!;
        return (TimeSpan)field.GetValue(null)!;
    }

    private static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
