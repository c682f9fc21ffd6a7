namespace Trading.EndToEnd.Tests.Support;

/// <summary>One service for all tests of a class; each test makes its own account.</summary>
public sealed class SharedService : IAsyncLifetime
{
    public ServiceProcess Process { get; private set; } = null!;

    public Uri Address => Process.Address;

    public async Task InitializeAsync() => Process = await ServiceProcess.StartAsync();

    public async Task DisposeAsync() => await Process.DisposeAsync();

    /// <summary>Makes an account with one key, as an administrator does it.</summary>
    /// <param name="options">Options of <c>tenant create</c>, e.g. <c>--plan free</c>.</param>
    public async Task<TestAccount> AccountAsync(params string[] options)
    {
        var user = (await AdminAsync(["tenant", "create", .. options])).Trim();
        return await IssueAsync(user);
    }

    /// <summary>Issues another key.</summary>
    public async Task<TestAccount> IssueAsync(string user) => ReadKey(user, await AdminAsync("key", "issue", user));

    /// <summary>Replaces a key by a new one.</summary>
    public async Task<TestAccount> RotateAsync(TestAccount account) => ReadKey(account.User, await AdminAsync("key", "rotate", account.KeyId));

    /// <summary>Runs an administrative command beside the service.</summary>
    public async Task<string> AdminAsync(params string[] command)
    {
        var (code, output, errors) = await ServiceProcess.RunToEndAsync(["admin", "--data", Process.DataFolder, .. command]);
        return code == 0 ? output : throw new InvalidOperationException($"{string.Join(' ', command)}: {errors}");
    }

    private static TestAccount ReadKey(string user, string output)
    {
        var key = output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Single(word => word.StartsWith("sk_live_", StringComparison.Ordinal));
        return new(user, key, key["sk_live_".Length..][..12]);
    }
}

/// <param name="User">User id.</param>
/// <param name="Key">API key.</param>
/// <param name="KeyId">Public part of the key.</param>
public sealed record TestAccount(string User, string Key, string KeyId);
