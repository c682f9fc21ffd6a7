namespace Trading.GrainInterfaces;

/// <summary>Builds and splits grain keys. Keys are made on the server from the verified identity, so a tenant can only name its own grains.</summary>
/// <remarks>Parts are percent-encoded where they hold <c>/</c> or <c>%</c>, so any printable session or order id is safe and two different pairs never share a key.</remarks>
public static class GrainKeys
{
    public static string Session(string tenant, string session) => Escape(tenant) + "/" + Escape(session);

    public static string Portfolio(string tenant, string session) => Session(tenant, session);

    public static string Order(string tenant, string session, string order) => Session(tenant, session) + "/" + Escape(order);

    /// <summary>A backtest or a sweep.</summary>
    public static string Run(string tenant, string run) => Session(tenant, run);

    /// <summary>A part of a run's results.</summary>
    public static string RunResults(string run, int part) => run + "/" + part.ToString(System.Globalization.CultureInfo.InvariantCulture);

    public static string Feed(string source, string symbol) => Escape(source) + "/" + Escape(symbol);

    /// <summary>The parts of a key, unescaped.</summary>
    public static string[] Split(string key) => Array.ConvertAll(key.Split('/'), Unescape);

    private static string Escape(string part) => part.Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal);

    private static string Unescape(string part) => part.Replace("%2F", "/", StringComparison.Ordinal).Replace("%25", "%", StringComparison.Ordinal);
}
