using System.Collections.Concurrent;

namespace Trading.Grains.Tenants;

/// <summary>
/// The users whose grain is awake in this process. A change of an account is passed on to those only: a grain that wakes up later reads
/// the account anyway, so a change among a million accounts activates nothing. One instance per process.
/// </summary>
public sealed class ActiveTenants
{
    private readonly ConcurrentDictionary<string, byte> _users = new(StringComparer.Ordinal);

    public bool Contains(string user) => _users.ContainsKey(user);

    /// <summary>To be called before the account is read, so that no change falls between the two.</summary>
    internal void Add(string user) => _users[user] = 0;

    internal void Remove(string user) => _users.TryRemove(user, out _);
}
