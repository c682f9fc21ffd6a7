using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Trading.Gateway.Auth;
using Trading.Gateway.Diagnostics;
using Trading.Gateway.Grains;
using Trading.Gateway.Rest;
using Trading.Gateway.Rest.Data;
using Trading.Gateway.Rest.Health;
using Trading.Gateway.Rest.OpenApi;
using Trading.Gateway.Rest.Runs;
using Trading.Gateway.Sessions;
using Trading.Protocol;

namespace Trading.Gateway;

/// <summary>Puts the gateway into a host. The host brings the grain factory.</summary>
public static class GatewayHost
{
    /// <summary>First part of every versioned path.</summary>
    internal const string Version = "/api/v1";

    /// <summary>The number in it.</summary>
    internal const int VersionNumber = 1;

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
        services.AddSingleton<CallerIdentity>();
        services.AddSingleton<AuthEndpoints>();
        services.AddSingleton<SessionEndpoints>();
        services.AddSingleton<DataHealthReader>();
        services.AddSingleton<HealthEndpoint>();
        services.AddDataRoutes(configuration);
        services.AddRunRoutes();
        services.AddApiDescription();
        services.Replace(ServiceDescriptor.Singleton<IHttpContextFactory, TokenScrubbingContextFactory>());
        // a request line that Kestrel cannot parse is logged before there is a request to scrub
        services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel.BadRequests", LogLevel.None));
        // paths hold ids that clients chose, those of orders among them, and routing tells each of them below warnings
        services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.Routing", LogLevel.Warning));
    }

    /// <summary>Maps every route of the gateway.</summary>
    public static void MapTradingGateway(this WebApplication app)
    {
        var services = app.Services;
        app.Use(RefuseForeignHosts(services.GetRequiredService<IOptions<GatewayOptions>>().Value));

        app.UseRequestTracing();

        // every route is served under the version too; the unprefixed ones are aliases
        app.UsePathBase(Version);
        app.UseRouting();
        var requests = services.GetRequiredService<ILoggerFactory>().CreateLogger("Trading.Gateway.Rest");
        app.Use(next => http => Unavailable.AnswerAsync(http, next, requests));
        app.UseWebSockets();
        var simulate = services.GetRequiredService<SimulationEndpoint>();
        // CONNECT is how HTTP/2 opens a WebSocket (RFC 8441)
        app.MapMethods("/ws/simulate", ["GET", "CONNECT"], (RequestDelegate)simulate.HandleAsync).ExcludeFromDescription();
        AuthEndpoints.Map(app, services.GetRequiredService<AuthEndpoints>());
        SessionEndpoints.Map(app, services.GetRequiredService<SessionEndpoints>());
        app.MapDataRoutes();
        app.MapRunRoutes();
        app.MapGet("/health", (Delegate)services.GetRequiredService<HealthEndpoint>().HealthAsync)
            .WithName("health").WithSummary("Whether this gateway takes new connections, and how the data are.").WithTags("health")
            .Produces<HealthMessage>(StatusCodes.Status200OK).Produces<HealthMessage>(StatusCodes.Status503ServiceUnavailable);
        app.MapApiDescription(services.GetRequiredService<CallerIdentity>());
    }

    private static Func<HttpContext, RequestDelegate, Task> RefuseForeignHosts(GatewayOptions options)
    {
        var hosts = new HashSet<string>(options.Hosts, StringComparer.OrdinalIgnoreCase);
        return (http, next) => hosts.Count == 0 || hosts.Contains(http.Request.Host.Host)
            ? next(http)
            : RestError.WriteAsync(http, StatusCodes.Status400BadRequest, ErrorCodes.InvalidMessage, "This host name is not served here");
    }
}
