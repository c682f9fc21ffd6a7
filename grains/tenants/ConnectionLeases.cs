namespace Trading.Grains.Tenants;

/// <summary>
/// The open connections of one user over all gateways (SIM-054). Each holds a lease that its gateway renews; a gateway that died stops
/// renewing, and its connections free their places by themselves.
/// </summary>
internal sealed class ConnectionLeases
{
    private readonly Dictionary<string, Lease> _leases = new(StringComparer.Ordinal);

    /// <summary>Live connections.</summary>
    public int Count(DateTimeOffset now)
    {
        Prune(now);
        return _leases.Count;
    }

    /// <summary>Takes a place, or renews the one that <paramref name="connectionId"/> has. False when <paramref name="limit"/> places are taken.</summary>
    public bool TryAdmit(string connectionId, Lease lease, int? limit, DateTimeOffset now)
    {
        Prune(now);
        if (!_leases.ContainsKey(connectionId) && _leases.Count >= limit) return false;
        _leases[connectionId] = lease;
        return true;
    }

    /// <summary>False when the connection has no place any more.</summary>
    public bool Renew(string connectionId, DateTimeOffset now, DateTimeOffset expires)
    {
        if (!_leases.TryGetValue(connectionId, out var lease) || lease.Expires <= now) return false;
        _leases[connectionId] = lease with { Expires = expires };
        return true;
    }

    public void Release(string connectionId) => _leases.Remove(connectionId);

    /// <summary>Takes the places of all connections whose key is in <paramref name="keys"/> and returns who held them.</summary>
    public IReadOnlyList<(string ConnectionId, Lease Lease)> Revoke(IReadOnlySet<string> keys)
    {
        var revoked = new List<(string, Lease)>();
        foreach (var (connection, lease) in _leases)
        {
            if (keys.Contains(lease.KeyId)) revoked.Add((connection, lease));
        }

        foreach (var (connection, _) in revoked) _leases.Remove(connection);
        return revoked;
    }

    private void Prune(DateTimeOffset now)
    {
        foreach (var (connection, lease) in _leases)
        {
            if (lease.Expires <= now) _leases.Remove(connection);
        }
    }
}

/// <param name="KeyId">The API key that the connection's token was issued for.</param>
/// <param name="Observer">Whom to tell when the key is disabled; null when nobody listens.</param>
/// <param name="Expires">Without renewal the connection is dead from here on.</param>
internal readonly record struct Lease(string KeyId, GrainInterfaces.Tenants.ITenantObserver? Observer, DateTimeOffset Expires);
