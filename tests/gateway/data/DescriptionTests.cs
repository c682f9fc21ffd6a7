using System.Text.Json;
using Trading.GrainInterfaces.Data;
using static Trading.Gateway.Tests.DataHttp;

namespace Trading.Gateway.Tests;

/// <summary>The description of the API and the API itself say the same.</summary>
public sealed class DescriptionTests
{
    private static async Task<TestGateway> StartAsync() => await TestGateway.StartAsync(grains =>
    {
        var data = grains.Data;
        data.Page = request => NaivePages.Of(NaivePages.Random(1, 3), request);
        data.Symbols = _ => new(null, ["KO"]);
        data.AnalysisResult = (_, _) => Task.FromResult<CompletenessAnswer?>(new(null, [new("KO", 1, 0, 390, 389, [new(19_786, false, false, 390, 389, [new(0, 60_000_000, 1, "GET x")])], new(1, 0, 3, 1, 0), ["x"])], ["KO"], ["x"]));
        data.Active = [new(FakeUpdate.Id, UpdateState.InProgress, 0, 3, 66.7m)];
        var update = data.Update(FakeUpdate.Id);
        update.Status = new(FakeUpdate.Id, UpdateState.InProgress, 0, 1, 0, "KO", UpdatePhase.Downloading, 0, 4, ["KO"]);
        update.Progress = [new("KO", SymbolUpdateState.InProgress, UpdatePhase.Downloading, 1, 0, 1, "x")];
        update.Details = new(FakeUpdate.Id, UpdateState.Completed, true, 0, 1, [new("KO", true, 1, 1, 100, "x")], ["x"]);
        update.Cancelling = _ => true;
    });

    public static TheoryData<string, string, string, string?> Routes => new()
    {
        { "get", "/trading-data/data/{symbol}", "/trading-data/data/KO", null },
        { "get", "/trading-data/symbols", "/trading-data/symbols", null },
        { "post", "/data-analysis/completeness", "/data-analysis/completeness", """{"symbols":["KO"],"start_date":"2024-03-04","end_date":"2024-03-04","auto_fill_gaps":true}""" },
        { "post", "/nightly-update/start", "/nightly-update/start", null },
        { "get", "/nightly-update/active", "/nightly-update/active", null },
        { "get", "/nightly-update/status/{requestId}", "/nightly-update/status/" + FakeUpdate.Id, null },
        { "get", "/nightly-update/status/{requestId}/progress", $"/nightly-update/status/{FakeUpdate.Id}/progress", null },
        { "get", "/nightly-update/status/{requestId}/details", $"/nightly-update/status/{FakeUpdate.Id}/details", null },
        { "delete", "/nightly-update/{requestId}", "/nightly-update/" + FakeUpdate.Id, null },
        { "get", "/health", "/health", null },
    };

    [Theory]
    [Trait("req", "OHLCV-044")]
    [Trait("req", "OHLCV-099")]
    [Trait("req", "OHLCV-142")]
    [Trait("req", "OHLCV-151")]
    [Trait("req", "OHLCV-153")]
    [Trait("req", "OHLCV-158")]
    [MemberData(nameof(Routes))]
    public async Task A_real_answer_and_the_example_have_exactly_the_described_fields(string method, string route, string path, string? body)
    {
        await using var gateway = await StartAsync();
        var document = await GetAsync(gateway, "/openapi/v1.json");
        var operation = document.GetProperty("paths").GetProperty(route).GetProperty(method);
        var media = operation.GetProperty("responses").GetProperty("200").GetProperty("content").GetProperty("application/json");
        var answer = Ok(await SendAsync(gateway, new HttpMethod(method), path, body));
        Match(document, media.GetProperty("schema"), answer, "answer", exactly: true);
        if (route == "/health") return;
        Match(document, media.GetProperty("schema"), media.GetProperty("example"), "example", exactly: false);
        Assert.True(operation.GetProperty("responses").TryGetProperty("401", out _));
        Assert.NotEmpty(operation.GetProperty("operationId").GetString()!);
        Assert.NotEmpty(operation.GetProperty("summary").GetString()!);
    }

    [Fact]
    public async Task Parameters_are_described_with_their_defaults_and_bounds()
    {
        await using var gateway = await StartAsync();
        var document = await GetAsync(gateway, "/openapi/v1.json");
        var parameters = document.GetProperty("paths").GetProperty("/trading-data/data/{symbol}").GetProperty("get").GetProperty("parameters").EnumerateArray().ToDictionary(one => one.GetProperty("name").GetString()!);
        Assert.Equal(["symbol", "timeframe", "start_date", "end_date", "order_by", "page", "page_size", "adjustment"], parameters.Keys);
        Assert.All(parameters.Values, parameter => Assert.NotEmpty(parameter.GetProperty("description").GetString()!));
        var size = parameters["page_size"].GetProperty("schema");
        Assert.Equal((1, 10_000, 1_000), (size.GetProperty("minimum").GetInt32(), size.GetProperty("maximum").GetInt32(), size.GetProperty("default").GetInt32()));
        Assert.Equal("desc", parameters["order_by"].GetProperty("schema").GetProperty("default").GetString());
        Assert.Equal(8, parameters["timeframe"].GetProperty("schema").GetProperty("enum").GetArrayLength());
        Assert.Equal(["/", "/api/v1"], document.GetProperty("servers").EnumerateArray().Select(server => server.GetProperty("url").GetString()));
    }

    [Fact]
    public async Task Numbers_are_no_texts_and_fields_that_may_be_absent_are_not_required()
    {
        await using var gateway = await StartAsync();
        var schemas = (await GetAsync(gateway, "/openapi/v1.json")).GetProperty("components").GetProperty("schemas");
        var result = schemas.GetProperty("SymbolResultMessage");
        Assert.Equal("integer", result.GetProperty("properties").GetProperty("candles_downloaded").GetProperty("type").GetString());
        Assert.Equal(["success", "candles_downloaded"], result.GetProperty("required").EnumerateArray().Select(name => name.GetString()));
    }

    [Theory]
    [InlineData("/data-analysis/completeness")]
    [InlineData("/nightly-update/start")]
    public async Task The_example_of_a_request_is_accepted(string route)
    {
        await using var gateway = await StartAsync();
        var body = (await GetAsync(gateway, "/openapi/v1.json")).GetProperty("paths").GetProperty(route).GetProperty("post").GetProperty("requestBody").GetProperty("content").GetProperty("application/json");
        await PostAsync(gateway, route, body.GetProperty("example").GetRawText());
    }

    /// <summary>Holds a value against a schema: names and kinds of all fields, all the way down.</summary>
    internal static void Match(JsonElement document, JsonElement schema, JsonElement value, string where, bool exactly)
    {
        if (schema.TryGetProperty("oneOf", out var choices))
        {
            if (value.ValueKind == JsonValueKind.Null) return;
            schema = choices.EnumerateArray().First(choice => choice.TryGetProperty("$ref", out _));
        }

        if (schema.TryGetProperty("$ref", out var reference)) schema = document.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1]);
        Assert.Contains(KindOf(value), Kinds(schema, where));
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when schema.TryGetProperty("properties", out var properties):
                if (exactly) Assert.Equal(Names(properties).Order(), Names(value).Order());
                else Assert.Empty(Names(value).Except(Names(properties)));
                foreach (var field in value.EnumerateObject()) Match(document, properties.GetProperty(field.Name), field.Value, $"{where}.{field.Name}", exactly);
                break;
            case JsonValueKind.Object:
                foreach (var field in value.EnumerateObject()) Match(document, schema.GetProperty("additionalProperties"), field.Value, $"{where}.{field.Name}", exactly);
                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray()) Match(document, schema.GetProperty("items"), item, where + "[]", exactly);
                break;
        }
    }

    private static string[] Kinds(JsonElement schema, string where)
    {
        Assert.True(schema.TryGetProperty("type", out var type), $"{where} has no type: {schema}");
        string[] kinds = type.ValueKind == JsonValueKind.Array ? [.. type.EnumerateArray().Select(one => one.GetString()!)] : [type.GetString()!];
        return kinds.Contains("integer") || kinds.Contains("number") ? [.. kinds, "number"] : kinds;
    }

    private static string KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.Null => "null",
        _ => "boolean",
    };
}
