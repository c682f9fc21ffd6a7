using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Trading.Gateway.Auth;
using Trading.Gateway.Rest.Data;
using Trading.Gateway.Rest.Health;
using Trading.Gateway.Rest.Runs;

namespace Trading.Gateway.Rest.OpenApi;

/// <summary>The description of the REST routes at <c>/openapi/v1.json</c>: parameters, schemas from the types that answers are written from, an example each.</summary>
internal static class ApiDescription
{
    private const string Json = "application/json";

    internal static void AddApiDescription(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;

            // a number is never a text here, neither in a body nor in its description
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, DataJson.Default);
            json.SerializerOptions.TypeInfoResolverChain.Insert(1, HealthJson.Default);
            json.SerializerOptions.TypeInfoResolverChain.Insert(2, RunJson.Default);
        });
        services.AddOpenApi(options =>
        {
            options.AddSchemaTransformer(DescribeWireValues);
            options.AddSchemaTransformer(DescribeAbsentFields);
            options.AddDocumentTransformer((document, _, _) =>
            {
                document.Info = new() { Title = "Orleans Trading", Version = "v1" };
                document.Servers = [new() { Url = "/" }, new() { Url = GatewayHost.Version }];
                return Task.CompletedTask;
            });
        });
    }

    /// <summary>Serves the description to whoever may use what it describes: without a key or a token nothing answers but health.</summary>
    internal static void MapApiDescription(this WebApplication app, CallerIdentity callers) => app.MapOpenApi("/openapi/v1.json").AddEndpointFilter(async (call, next) =>
        await callers.IdentifyAsync(call.HttpContext).ConfigureAwait(false) is null ? Results.Empty : await next(call).ConfigureAwait(false));

    internal static RouteHandlerBuilder Describe(this RouteHandlerBuilder route, string name, string summary, string tag) => route
        .WithName(name).WithSummary(summary).WithTags(tag);

    internal static RouteHandlerBuilder TakesParameters(this RouteHandlerBuilder route, params ApiParameter[] parameters) => route.AddOpenApiOperationTransformer((operation, _, _) =>
    {
        operation.Parameters = [.. parameters.Select(parameter => parameter.ToOpenApi())];
        return Task.CompletedTask;
    });

    /// <summary>Only described: the route itself refuses other content with an answer of the documented form.</summary>
    internal static RouteHandlerBuilder TakesJson<T>(this RouteHandlerBuilder route, string example, bool isOptional) => route.AddOpenApiOperationTransformer(async (operation, context, cancellationToken) =>
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = !isOptional,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                [Json] = new() { Schema = await context.GetOrCreateSchemaAsync(typeof(T), null, cancellationToken).ConfigureAwait(false), Example = JsonNode.Parse(example) },
            },
        });

    internal static RouteHandlerBuilder AnswersJson<T>(this RouteHandlerBuilder route, string example) =>
        route.Produces<T>(StatusCodes.Status200OK, Json).AddOpenApiOperationTransformer((operation, _, _) =>
        {
            SetExample(operation.Responses?["200"].Content, example);
            return Task.CompletedTask;
        });

    /// <summary>Something begins in the background: 202 with where to look, 200 for a request that is repeated.</summary>
    internal static RouteHandlerBuilder AcceptsJson<T>(this RouteHandlerBuilder route, string example) =>
        route.Produces<T>(StatusCodes.Status202Accepted, Json).Produces<T>(StatusCodes.Status200OK, Json).AddOpenApiOperationTransformer((operation, _, _) =>
        {
            SetExample(operation.Responses?["202"].Content, example);
            SetExample(operation.Responses?["200"].Content, example);
            return Task.CompletedTask;
        });

    /// <summary>The errors of a route besides 401, which all have.</summary>
    internal static RouteHandlerBuilder Refuses(this RouteHandlerBuilder route, params int[] statuses)
    {
        foreach (var status in (int[])[StatusCodes.Status401Unauthorized, .. statuses]) route.Produces<ErrorMessage>(status, Json);
        return route;
    }

    private static void SetExample(IDictionary<string, OpenApiMediaType>? content, string example)
    {
        if (content is not null && content.TryGetValue(Json, out var media)) media.Example = JsonNode.Parse(example);
    }

    /// <summary>A field that is left out when there is nothing to say is not required.</summary>
    private static Task DescribeAbsentFields(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        foreach (var property in context.JsonTypeInfo.Properties)
        {
            var isLeftOut = property.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: false) is [JsonIgnoreAttribute { Condition: JsonIgnoreCondition.WhenWritingNull }];
            if (isLeftOut) schema.Required?.Remove(property.Name);
        }

        return Task.CompletedTask;
    }

    /// <summary>What the wire's own value types look like.</summary>
    private static Task DescribeWireValues(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var declared = context.JsonTypeInfo.Type;
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        var (kind, format, pattern) = type switch
        {
            _ when type == typeof(WireInstant) => (JsonSchemaType.String, "date-time", (string?)null),
            _ when type == typeof(WireDate) => (JsonSchemaType.String, "date", null),
            _ when type == typeof(WirePrice) => (JsonSchemaType.String, "decimal", "^[0-9]+\\.[0-9]{2,8}$"),
            _ when type == typeof(WireVolume) => (JsonSchemaType.String, "decimal", "^[0-9]+\\.[0-9]{8}$"),
            _ when type == typeof(WirePercent) => (JsonSchemaType.Number, "decimal", null),
            _ => default,
        };
        if (kind == default) return Task.CompletedTask;
        schema.Type = type == declared ? kind : kind | JsonSchemaType.Null;
        schema.Format = format;
        schema.Pattern = pattern;
        return Task.CompletedTask;
    }
}
