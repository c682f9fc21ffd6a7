using System.Diagnostics;
using Trading.Deployment.Tests.Support;

namespace Trading.Deployment.Tests;

/// <summary>Everything that a manifest names exists, and every manifest is used.</summary>
public sealed class ManifestTests
{
    public static TheoryData<string> Names => Overlays.Names;

    [Fact]
    public void Every_file_of_the_manifests_is_part_of_an_overlay()
    {
        var used = new[] { Overlays.Development, Overlays.Production }.SelectMany(name => Overlays.Of(name).Files).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(Repository.Files("k8s").Except(used));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_resource_is_named_once_and_says_what_it_is(string name)
    {
        var resources = Overlays.Of(name).Resources;
        Assert.All(resources, resource => Assert.Contains("/", resource["apiVersion"].Text + "/", StringComparison.Ordinal));
        var ids = resources.Select(resource => $"{resource["kind"].Text}/{resource.At("metadata.name").Text}").ToList();
        Assert.Equal(ids.Distinct(), ids);
        Assert.DoesNotContain(resources, resource => resource.At("metadata.namespace").Exists);
        Assert.Equal("trading", Overlays.Of(name).Namespace);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Selectors_take_the_pods_of_exactly_one_workload(string name)
    {
        var overlay = Overlays.Of(name);
        foreach (var workload in overlay.Workloads.Where(workload => workload.Kind != "Job"))
        {
            Assert.Equal([workload.Name], overlay.Workloads.Where(other => other.IsSelectedBy(workload.Resource.At("spec.selector"))).Select(other => other.Name));
        }

        foreach (var service in overlay.OfKind("Service"))
        {
            var target = Assert.Single(overlay.Workloads, workload => service.At("spec.selector").Texts.All(label => workload.Labels.GetValueOrDefault(label.Key) == label.Value));
            Assert.All(service.At("spec.ports").Items, port => Assert.Contains(port["targetPort"].Text, target.Ports.Keys));
        }

        foreach (var budget in overlay.OfKind("PodDisruptionBudget"))
        {
            var target = Assert.Single(overlay.Workloads, workload => workload.IsSelectedBy(budget.At("spec.selector")));
            Assert.Equal(budget.At("metadata.name").Text, target.Name);
            Assert.Equal(1, budget.At("spec.maxUnavailable").Number);
        }

        Assert.Equal(["gateway", "silo"], overlay.OfKind("PodDisruptionBudget").Select(budget => budget.At("metadata.name").Text).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_name_that_a_pod_refers_to_exists(string name)
    {
        var overlay = Overlays.Of(name);
        foreach (var workload in overlay.Workloads)
        {
            Assert.True(overlay.Find("ServiceAccount", workload.Pod["serviceAccountName"].Text).Exists, workload.Name);
            Assert.All(workload.Containers.SelectMany(container => container["envFrom"].Items), source => Assert.Contains(source.At("configMapRef.name").Text, overlay.ConfigMaps.Keys));
            var claimed = workload.Resource.At("spec.volumeClaimTemplates").Items.Select(claim => claim.At("metadata.name").Text);
            var volumes = workload.Pod["volumes"].Items;
            var mounted = workload.Containers.SelectMany(container => container["volumeMounts"].Items).Select(mount => mount["name"].Text).ToHashSet(StringComparer.Ordinal);
            Assert.Equal(volumes.Select(volume => volume["name"].Text).Concat(claimed).Order(StringComparer.Ordinal), mounted.Order(StringComparer.Ordinal));
            Assert.All(volumes, volume => Assert.True(IsThere(overlay, volume), $"{workload.Name}: {volume["name"].Text}"));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_ingress_leads_to_the_gateways_and_ends_TLS(string name)
    {
        var overlay = Overlays.Of(name);
        var ingress = Assert.Single(overlay.OfKind("Ingress"));
        var rule = Assert.Single(ingress.At("spec.rules").Items);
        var path = Assert.Single(rule.At("http.paths").Items);
        var service = overlay.Find("Service", path.At("backend.service.name").Text);
        Assert.Contains(service.At("spec.ports").Items, port => port["name"] == path.At("backend.service.port.name"));
        Assert.Equal("gateway", service.At("metadata.name").Text);
        var tls = Assert.Single(ingress.At("spec.tls").Items);
        Assert.Equal([rule["host"].Text], tls["hosts"].Words);
        Assert.True(tls["secretName"].Exists);
    }

    /// <summary>Timeouts longer than the pings of a gateway, no log with tokens, and a gateway that stops is left alone.</summary>
    [Fact]
    public void The_ingress_is_set_for_WebSockets_and_logs_no_query()
    {
        var settings = Overlays.Of(Overlays.Production).Find("Ingress", "gateway").At("metadata.annotations").Texts;
        var pings = new Gateway.GatewayOptions().KeepAliveSeconds;
        Assert.True(int.Parse(settings["nginx.ingress.kubernetes.io/proxy-read-timeout"], System.Globalization.CultureInfo.InvariantCulture) >= 4 * pings);
        Assert.True(int.Parse(settings["nginx.ingress.kubernetes.io/proxy-send-timeout"], System.Globalization.CultureInfo.InvariantCulture) >= 4 * pings);
        Assert.Equal(("off", "1.1", "false", "true"), (settings["nginx.ingress.kubernetes.io/proxy-buffering"], settings["nginx.ingress.kubernetes.io/proxy-http-version"], settings["nginx.ingress.kubernetes.io/enable-access-log"], settings["nginx.ingress.kubernetes.io/ssl-redirect"]));
        Assert.Contains("http_503", settings["nginx.ingress.kubernetes.io/proxy-next-upstream"], StringComparison.Ordinal);
        Assert.DoesNotContain(settings.Keys, key => key.Contains("affinity", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Silos_and_gateways_scale_by_cpu_and_silos_leave_slowly(string name)
    {
        var overlay = Overlays.Of(name);
        foreach (var scaler in overlay.OfKind("HorizontalPodAutoscaler"))
        {
            var target = overlay.WorkloadOf(scaler.At("spec.scaleTargetRef.name").Text);
            Assert.Equal(scaler.At("spec.scaleTargetRef.kind").Text, target.Kind);
            Assert.False(target.Resource.At("spec.replicas").Exists, "the number is the autoscaler's: applying the manifest must not reset it");
            Assert.InRange(scaler.At("spec.minReplicas").Number, 2, scaler.At("spec.maxReplicas").Number);
            var metric = Assert.Single(scaler.At("spec.metrics").Items);
            Assert.Equal("cpu", metric.At("resource.name").Text);
            Assert.True(scaler.At("spec.behavior.scaleDown.stabilizationWindowSeconds").Number > scaler.At("spec.behavior.scaleUp.stabilizationWindowSeconds").Number);
        }

        Assert.Equal(2, overlay.OfKind("HorizontalPodAutoscaler").Count());
        Assert.True(overlay.Find("HorizontalPodAutoscaler", "silo").At("spec.behavior.scaleDown.stabilizationWindowSeconds").Number > overlay.Find("HorizontalPodAutoscaler", "gateway").At("spec.behavior.scaleDown.stabilizationWindowSeconds").Number);
    }

    [Fact]
    public void All_silos_share_one_candle_store()
    {
        var claim = Overlays.Of(Overlays.Production).Find("PersistentVolumeClaim", "candles");
        Assert.Equal(["ReadWriteMany"], claim.At("spec.accessModes").Words);
        Assert.True(claim.At("spec.storageClassName").Exists);
        var silo = Overlays.Of(Overlays.Production).WorkloadOf("silo");
        var mount = Assert.Single(silo.Containers[0]["volumeMounts"].Items, mount => mount["name"].Is("candles"));
        Assert.Equal(silo.EnvironmentOf(silo.Containers[0])["TRADING_Data"], mount["mountPath"].Text);
    }

    /// <summary>Where kubectl is installed its own kustomize is asked, offline, over a copy with secrets.</summary>
    [KubectlTheory]
    [MemberData(nameof(Names))]
    public void Kubectl_makes_the_same_resources(string name)
    {
        using var copy = new DeploymentCopy();
        copy.MakeSecrets($"{name}/secrets");
        var built = Node.Parse(copy.Run("kubectl", ["kustomize", copy.At(name)]));
        var overlay = Overlays.Of(name);
        var expected = overlay.Resources.Select(resource => (resource["kind"].Text, resource.At("metadata.name").Text))
            .Concat(overlay.ConfigMaps.Keys.Select(map => ("ConfigMap", map))).Concat(overlay.Secrets.Keys.Select(secret => ("Secret", secret)));
        Assert.Equal(expected.Order(), built.Select(resource => (resource["kind"].Text, NameWithoutHash(resource))).Order());
        foreach (var workload in overlay.Workloads)
        {
            var other = built.Single(resource => resource["kind"].Is(workload.Kind) && resource.At("metadata.name").Is(workload.Name)).At("spec.template.spec");
            foreach (var container in workload.Containers)
            {
                var same = other["initContainers"].Items.Concat(other["containers"].Items).Single(one => one["name"] == container["name"]);
                Assert.Equal(workload.Overlay.ImageOf(container["image"].Text), same["image"].Text);
                Assert.Equal(container["env"].Items.Select(one => one["name"].Text).Order(StringComparer.Ordinal), same["env"].Items.Select(one => one["name"].Text).Order(StringComparer.Ordinal));
                Assert.Equal(container["volumeMounts"].Items.Select(one => one["mountPath"].Text).Order(StringComparer.Ordinal), same["volumeMounts"].Items.Select(one => one["mountPath"].Text).Order(StringComparer.Ordinal));
            }
        }
    }

    private static string NameWithoutHash(Node resource)
    {
        var name = resource.At("metadata.name").Text;
        return resource["kind"].Is("ConfigMap") || resource["kind"].Is("Secret") ? name[..name.LastIndexOf('-')] : name;
    }

    private static bool IsThere(Overlay overlay, Node volume) =>
        volume.Map.ContainsKey("emptyDir")
        || (volume.At("secret.secretName") is { Exists: true } secret && overlay.Secrets.ContainsKey(secret.Text))
        || (volume.At("configMap.name") is { Exists: true } map && overlay.ConfigMaps.ContainsKey(map.Text))
        || (volume.At("persistentVolumeClaim.claimName") is { Exists: true } claim && overlay.Find("PersistentVolumeClaim", claim.Text).Exists);
}
