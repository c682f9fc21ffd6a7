namespace Trading.Cluster.Tests.Deployments;

/// <summary>An account without limits, and its token for all gateways.</summary>
internal sealed class Account
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };

    private readonly string _key;
    private Task<string>? _token;

    private Account(string user, string key)
    {
        User = user;
        _key = key;
    }

    public string User { get; }

    public static async Task<Account> CreateAsync(IDeployment service)
    {
        var user = (await service.AdminAsync("tenant", "create", "--plan", "enterprise", "--unlimited")).Trim();
        var printed = await service.AdminAsync("key", "issue", user);
        return new Account(user, printed.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).First(word => word.StartsWith("sk_live_", StringComparison.Ordinal)));
    }

    /// <summary>The token; a failed exchange is made again by whoever asks next.</summary>
    public Task<string> TokenAsync(Uri gateway)
    {
        lock (_key) return _token is null or { IsFaulted: true } or { IsCanceled: true } ? _token = ExchangeAsync(gateway) : _token;
    }

    /// <summary>A gateway refused the token.</summary>
    public void Forget()
    {
        lock (_key) _token = null;
    }

    private async Task<string> ExchangeAsync(Uri gateway)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(gateway, "/auth/token"));
        request.Headers.Add("X-API-Key", _key);
        using var answer = await Http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        using var body = System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return body.RootElement.GetProperty("access_token").GetString()!;
    }
}
