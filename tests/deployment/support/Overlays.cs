namespace Trading.Deployment.Tests.Support;

/// <summary>The overlays of k8s/, each read once.</summary>
internal static class Overlays
{
    public const string Development = "k8s/overlays/development";
    public const string Production = "k8s/overlays/production";

    private static readonly Dictionary<string, Overlay> Read = new(StringComparer.Ordinal) { [Development] = Overlay.Load(Development), [Production] = Overlay.Load(Production) };

    public static TheoryData<string> Names => [.. Read.Keys];

    public static Overlay Of(string name) => Read[name];
}
