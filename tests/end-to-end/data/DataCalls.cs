using System.Text;
using System.Text.Json;
using Trading.EndToEnd.Tests.Support;

namespace Trading.EndToEnd.Tests.Data;

/// <summary>Calls to a service that a test has for itself.</summary>
internal sealed class DataCalls : IDisposable
{
    /// <summary>An update that never gets there fails its test and does not hold it up for ever.</summary>
    private const int MostQuestions = 1_000_000;

    private readonly HttpClient _http;

    internal DataCalls(ServiceProcess process)
    {
        _http = process.CreateClient();
        _http.DefaultRequestHeaders.Add("X-API-Key", process.DemoKey);
    }

    internal async Task<JsonElement> GetAsync(string path) => JsonDocument.Parse(await _http.GetStringAsync(new Uri(path, UriKind.Relative))).RootElement;

    internal async Task<System.Net.HttpStatusCode> StatusAsync(string path)
    {
        using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative));
        return answer.StatusCode;
    }

    internal async Task<JsonElement> PostAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _http.PostAsync(new Uri(path, UriKind.Relative), content);
        return JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync()).RootElement;
    }

    internal async Task<string> StartAsync(string body) => (await PostAsync("/nightly-update/start", body)).GetProperty("request_id").GetString()!;

    /// <summary>Asks how an update stands until it is as wanted.</summary>
    internal async Task<JsonElement> UntilAsync(string requestId, Func<JsonElement, bool> isWanted)
    {
        for (var asked = 0; asked < MostQuestions; asked++)
        {
            var status = await GetAsync("/nightly-update/status/" + requestId);
            if (isWanted(status)) return status;
            Assert.False(status.GetProperty("is_complete").GetBoolean(), status.ToString());
        }

        throw new InvalidOperationException($"the update {requestId} stands still");
    }

    internal Task<JsonElement> EndAsync(string requestId) => UntilAsync(requestId, status => status.GetProperty("is_complete").GetBoolean());

    public void Dispose() => _http.Dispose();
}
