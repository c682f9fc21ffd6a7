using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;

namespace Trading.Hosting;

/// <summary>Section <c>Cluster</c>: how silos and gateways find each other and how soon they notice that one is gone.</summary>
/// <remarks>With the defaults a process that is gone is noticed within about a second and one that stands still after three (docs/operations.md says what each costs).</remarks>
public sealed record ClusterSettings
{
    public const string Section = "Cluster";

    /// <summary>Silos and gateways of one name form one cluster; 1 to 150 characters; default <c>trading</c>. Changes with a deployment that must not join the old one.</summary>
    public string ClusterId { get; init; } = "trading";

    /// <summary>Whose reminders and grain states these are; 1 to 150 characters; default <c>trading</c>. Never changes.</summary>
    public string ServiceId { get; init; } = "trading";

    /// <summary>IP address at which other silos and gateways reach this silo; default: the first address of an interface that is up and no loopback.</summary>
    public string? AdvertisedAddress { get; init; }

    /// <summary>Port for silos, 1 to 65,535; default 11111.</summary>
    public int SiloPort { get; init; } = 11_111;

    /// <summary>Port for gateways, 1 to 65,535; default 30000. Not the public one.</summary>
    public int GatewayPort { get; init; } = 30_000;

    /// <summary>Listens on every interface instead of the advertised address alone; default false.</summary>
    public bool ListenOnAnyAddress { get; init; }

    /// <summary>
    /// How long a gateway, or a session, waits for the answer of a session or an account before it asks again, 100 ms to 5 minutes; default 1.5 s, somewhat longer than it takes to notice that a
    /// silo is gone. A call in flight to a silo that died waits this long; a session that takes longer answers the call that was repeated.
    /// Calls that may take longer by their nature (candles, updates) have limits of their own.
    /// </summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(1.5);

    /// <summary>How often a silo probes others, and how long it waits for the answer, 100 ms to a minute; default 0.5 s; adapted to what is usual between a half and twice of it. Who probes a process that is gone knows at once; the time that passes is until the next probe.</summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Probes in a row that must fail before a silo is suspected, 1 to 10; default 3.</summary>
    public int MissedProbes { get; init; } = 3;

    /// <summary>Suspicions that declare a silo dead, 1 to 10; default 1.</summary>
    public int VotesForDeath { get; init; } = 1;

    /// <summary>How often silos read the membership and gateways the list of silos, 500 ms to 5 minutes; default 1 s.</summary>
    public TimeSpan RefreshPeriod { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a silo writes that it is alive, 1 s to 10 minutes; default 5 s.</summary>
    public TimeSpan AlivePeriod { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A silo refuses calls of gateways while it uses more of its processors than this, in percent, 1 to 100; default 0: it refuses none, because gateways refuse new connections first.</summary>
    public int ShedAboveCpuPercent { get; init; }

    /// <exception cref="StartException">A setting is wrong; the message names it, its value and the rule.</exception>
    public static ClusterSettings From(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var settings = configuration.GetSection(Section).Read<ClusterSettings>();
        var problems = string.Join("; ", settings.Problems());
        return problems.Length == 0 ? settings : throw new StartException($"wrong settings: {problems}");
    }

    /// <summary>The address to advertise.</summary>
    /// <exception cref="StartException">None was given and this machine has none.</exception>
    public IPAddress Address() => AdvertisedAddress is { } given ? IPAddress.Parse(given) : FirstOwnAddress()
        ?? throw new StartException($"{Section}:{nameof(AdvertisedAddress)} is not set, and no network interface of this machine is up");

    /// <summary>Every broken rule; empty when all is well.</summary>
    public IEnumerable<string> Problems() => new[]
    {
        Problem(ClusterId.Length is >= 1 and <= 150, nameof(ClusterId), ClusterId, "1 to 150 characters"),
        Problem(ServiceId.Length is >= 1 and <= 150, nameof(ServiceId), ServiceId, "1 to 150 characters"),
        Problem(AdvertisedAddress is null || IPAddress.TryParse(AdvertisedAddress, out _), nameof(AdvertisedAddress), AdvertisedAddress ?? "", "an IP address"),
        Problem(SiloPort is >= 1 and <= 65_535, nameof(SiloPort), SiloPort, "1 to 65535"),
        Problem(GatewayPort is >= 1 and <= 65_535 && GatewayPort != SiloPort, nameof(GatewayPort), GatewayPort, $"1 to 65535 and not {nameof(SiloPort)}"),
        Problem(ResponseTimeout >= TimeSpan.FromMilliseconds(100) && ResponseTimeout <= TimeSpan.FromMinutes(5), nameof(ResponseTimeout), ResponseTimeout, "100 ms to 5 minutes"),
        Problem(ProbeTimeout >= TimeSpan.FromMilliseconds(100) && ProbeTimeout <= TimeSpan.FromMinutes(1), nameof(ProbeTimeout), ProbeTimeout, "100 ms to a minute"),
        Problem(MissedProbes is >= 1 and <= 10, nameof(MissedProbes), MissedProbes, "1 to 10"),
        Problem(VotesForDeath is >= 1 and <= 10, nameof(VotesForDeath), VotesForDeath, "1 to 10"),
        Problem(RefreshPeriod >= TimeSpan.FromMilliseconds(500) && RefreshPeriod <= TimeSpan.FromMinutes(5), nameof(RefreshPeriod), RefreshPeriod, "500 ms to 5 minutes"),
        Problem(AlivePeriod >= TimeSpan.FromSeconds(1) && AlivePeriod <= TimeSpan.FromMinutes(10), nameof(AlivePeriod), AlivePeriod, "1 s to 10 minutes"),
        Problem(ShedAboveCpuPercent is >= 0 and <= 100, nameof(ShedAboveCpuPercent), ShedAboveCpuPercent, "0 to 100"),
    }.OfType<string>();

    private static IPAddress? FirstOwnAddress() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(one => one.OperationalStatus == OperationalStatus.Up && one.NetworkInterfaceType != NetworkInterfaceType.Loopback)
        .SelectMany(one => one.GetIPProperties().UnicastAddresses)
        .Select(one => one.Address)
        .FirstOrDefault(one => one.AddressFamily == AddressFamily.InterNetwork);

    private static string? Problem(bool right, string name, object value, string rule) =>
        right ? null : string.Create(CultureInfo.InvariantCulture, $"{Section}:{name} is {value}, but must be {rule}");
}
