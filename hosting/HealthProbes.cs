using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Trading.Hosting;

/// <summary>One reason to send this process no new work; several may be registered.</summary>
public interface IReadinessCheck
{
    /// <summary>Null when all is well, else a few words without secrets. Answers at once, from memory.</summary>
    string? WhyNotReady { get; }
}

/// <summary>
/// What an orchestrator asks: has it started, may it get new work, is it alive. The three ask nobody else, so an outage elsewhere (a database, another silo)
/// restarts no process. They need no token and tell no secret.
/// </summary>
public static class HealthProbes
{
    public const string Startup = "/health/startup";
    public const string Ready = "/health/ready";
    public const string Live = "/health/live";

    /// <summary>Every path that answers without credentials.</summary>
    public static IReadOnlyList<string> Paths { get; } = [Startup, Ready, Live];

    /// <summary>Maps the three probes: 200 and <c>{"status":"ok"}</c>, or 503 and why.</summary>
    public static void MapHealthProbes(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var lifetime = app.Lifetime;
        var checks = app.Services.GetServices<IReadinessCheck>().ToArray();
        Map(app, Startup, () => lifetime.ApplicationStarted.IsCancellationRequested ? null : "starting");
        Map(app, Ready, () => WhyNotReady(lifetime, checks));
        Map(app, Live, () => null);
    }

    private static string? WhyNotReady(IHostApplicationLifetime lifetime, IReadinessCheck[] checks)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested) return "stopping";
        if (!lifetime.ApplicationStarted.IsCancellationRequested) return "starting";
        foreach (var check in checks)
        {
            if (check.WhyNotReady is { } reason) return reason;
        }

        return null;
    }

    private static void Map(WebApplication app, string path, Func<string?> whyNot) => app.MapGet(path, (HttpContext http) =>
    {
        var reason = whyNot();
        http.Response.StatusCode = reason is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        http.Response.ContentType = "application/json";
        return http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes($"{{\"status\":\"{reason ?? "ok"}\"}}"), http.RequestAborted).AsTask();
    }).ExcludeFromDescription();
}
