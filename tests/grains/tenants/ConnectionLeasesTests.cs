using Trading.Grains.Tenants;

namespace Trading.Grains.Tests.Tenants;

public class ConnectionLeasesTests
{
    private static readonly DateTimeOffset Start = new(2026, 2, 3, 9, 0, 0, TimeSpan.Zero);
    private readonly ConnectionLeases _leases = new();

    [Theory]
    [Trait("req", "SIM-054")]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(100)]
    public void No_more_connections_than_the_limit(int limit)
    {
        for (var connection = 1; connection <= limit; connection++) Assert.True(Admit($"c-{connection}", limit, Start));
        Assert.False(Admit("c-more", limit, Start));
        _leases.Release("c-1");
        Assert.True(Admit("c-more", limit, Start));
        Assert.Equal(limit, _leases.Count(Start));
    }

    [Fact]
    public void A_lifted_limit_admits_everybody()
    {
        for (var connection = 0; connection < 1000; connection++) Assert.True(Admit($"c-{connection}", null, Start));
    }

    [Fact]
    public void Admitting_a_connection_twice_takes_one_place()
    {
        Assert.True(Admit("c-1", 1, Start));
        Assert.True(Admit("c-1", 1, Start));
        Assert.Equal(1, _leases.Count(Start));
    }

    [Fact]
    public void A_gateway_that_stops_renewing_frees_its_places()
    {
        Assert.True(Admit("dead", 1, Start));
        Assert.True(_leases.Renew("dead", Start.AddSeconds(29), Start.AddSeconds(59)));
        Assert.False(Admit("next", 1, Start.AddSeconds(58)));
        Assert.True(Admit("next", 1, Start.AddSeconds(59)));
        Assert.False(_leases.Renew("dead", Start.AddSeconds(60), Start.AddSeconds(90)));
    }

    [Fact]
    public void Revoking_a_key_takes_the_places_of_its_connections_only()
    {
        _leases.TryAdmit("c-1", new Lease("key-1", null, Start.AddSeconds(30)), 3, Start);
        _leases.TryAdmit("c-2", new Lease("key-2", null, Start.AddSeconds(30)), 3, Start);
        _leases.TryAdmit("c-3", new Lease("key-1", null, Start.AddSeconds(30)), 3, Start);
        Assert.Equal(["c-1", "c-3"], _leases.Revoke(new HashSet<string> { "key-1" }).Select(revoked => revoked.ConnectionId).Order(StringComparer.Ordinal));
        Assert.Equal(1, _leases.Count(Start));
        Assert.False(_leases.Renew("c-1", Start, Start.AddSeconds(30)));
    }

    private bool Admit(string connection, int? limit, DateTimeOffset now) =>
        _leases.TryAdmit(connection, new Lease("key-1", null, now.AddSeconds(30)), limit, now);
}
