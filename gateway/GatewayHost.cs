using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Trading.Gateway.Auth;
using Trading.Gateway.Grains;
using Trading.Gateway.Rest;
using Trading.Gateway.Sessions;
using Trading.Protocol;

namespace Trading.Gateway;

/// <summary>Puts the gateway into a host. The host brings the grain factory.</summary>
public static class GatewayHost
{
    /// <summary>Registers the gateway's services; settings come from the section <c>Gateway</c> (see <see cref="GatewayOptions"/>) and are checked at start.</summary>
    public static void AddTradingGateway(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<GatewayOptions>().Bind(configuration.GetSection(GatewayOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<GatewayOptions>, GatewayOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IGatewayGrains, ActorGrains>();
        services.AddSingleton<TokenService>();
        services.AddSingleton<ConnectionRegistry>();
        services.AddHostedService(provider => provider.GetRequiredService<ConnectionRegistry>());
        services.AddSingleton<SimulationEndpoint>();
        services.AddSingleton<AuthEndpoints>();
        services.AddSingleton<SessionEndpoints>();
        services.AddOpenApi();
        services.Replace(ServiceDescriptor.Singleton<IHttpContextFactory, TokenScrubbingContextFactory>());
        // a request line that Kestrel cannot parse is logged before there is a request to scrub
        services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel.BadRequests", LogLevel.None));
    }

    /// <summary>Maps every route of the gateway.</summary>
    public static void MapTradingGateway(this WebApplication app)
    {
        var services = app.Services;
        app.Use(RefuseForeignHosts(services.GetRequiredService<IOptions<GatewayOptions>>().Value));
        app.UseWebSockets();
        var simulate = services.GetRequiredService<SimulationEndpoint>();
        // CONNECT is how HTTP/2 opens a WebSocket (RFC 8441)
        app.MapMethods("/ws/simulate", ["GET", "CONNECT"], (RequestDelegate)simulate.HandleAsync).ExcludeFromDescription();
        AuthEndpoints.Map(app, services.GetRequiredService<AuthEndpoints>());
        SessionEndpoints.Map(app, services.GetRequiredService<SessionEndpoints>());
        var registry = services.GetRequiredService<ConnectionRegistry>();
        app.MapGet("/health", () => registry.IsStopping
            ? Results.Json(new Health("stopping", registry.Count), HealthContext.Default.Health, statusCode: StatusCodes.Status503ServiceUnavailable)
            : Results.Json(new Health("ok", registry.Count), HealthContext.Default.Health)).WithName("health").WithSummary("Whether this gateway takes new connections.").WithTags("health");
        app.MapOpenApi("/openapi/v1.json");
    }

    private static Func<HttpContext, RequestDelegate, Task> RefuseForeignHosts(GatewayOptions options)
    {
        var hosts = new HashSet<string>(options.Hosts, StringComparer.OrdinalIgnoreCase);
        return (http, next) => hosts.Count == 0 || hosts.Contains(http.Request.Host.Host)
            ? next(http)
            : RestError.WriteAsync(http, StatusCodes.Status400BadRequest, ErrorCodes.InvalidMessage, "This host name is not served here");
    }
}
