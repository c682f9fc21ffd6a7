using System.Diagnostics;

namespace Trading.Silo.Composition;

/// <summary>What the service answers to.</summary>
internal static class Endpoints
{
    public static void MapTrading(this WebApplication app)
    {
        var started = Stopwatch.GetTimestamp();
        app.MapGet("/health", () => TypedResults.Ok(new Health("ok", (long)Stopwatch.GetElapsedTime(started).TotalSeconds)));
    }

    /// <param name="Status"><c>ok</c>.</param>
    /// <param name="Uptime">Seconds since the start.</param>
    private sealed record Health(string Status, long Uptime);
}
