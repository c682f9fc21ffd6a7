using Microsoft.AspNetCore.Http;
using Trading.Diagnostics;
using Trading.Gateway.Sessions;

namespace Trading.Gateway.Diagnostics;

/// <summary>Which category of API risk an event of the gateway belongs to: one each (API-093).</summary>
internal static class Risks
{
    /// <summary>A client's message cannot be used: it is too large for the limit, or it is not of the protocol's form.</summary>
    internal static void BadMessage(ReceivedKind kind)
    {
        if (kind is ReceivedKind.TooLarge or ReceivedKind.Endless) ApiRisk.RequestRejection(ApiRisk.Gateway);
        else ApiRisk.SchemaFailures(ApiRisk.Gateway);
    }

    /// <summary>A limit kept a connection out.</summary>
    internal static void Rejected() => ApiRisk.RequestRejection(ApiRisk.Gateway);

    /// <summary>A key was exchanged for a token.</summary>
    internal static void TokenIssued() => ApiRisk.AuthRenewal(ApiRisk.Gateway);

    /// <summary>A REST request was refused. Answers that are no fault of the request's form or size belong to no category.</summary>
    /// <param name="status">HTTP status.</param>
    /// <param name="code">Public error code.</param>
    internal static void Refused(int status, string code)
    {
        if (status is StatusCodes.Status413PayloadTooLarge or StatusCodes.Status429TooManyRequests || code.StartsWith("TOO_MANY_", StringComparison.Ordinal)) ApiRisk.RequestRejection(ApiRisk.Rest);
        else if (status is StatusCodes.Status400BadRequest or StatusCodes.Status415UnsupportedMediaType or StatusCodes.Status422UnprocessableEntity) ApiRisk.SchemaFailures(ApiRisk.Rest);
    }

    /// <summary>A path names a version of the API: <c>/api/v</c> and a number that is not ours.</summary>
    internal static void Version(PathString path)
    {
        const string prefix = "/api/v";
        if (path.Value is not { } text || !text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) return;
        var version = text.AsSpan(prefix.Length);
        var end = version.IndexOf('/');
        if (end >= 0) version = version[..end];
        if (int.TryParse(version, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) && number != GatewayHost.VersionNumber) ApiRisk.VersionMismatch(ApiRisk.Rest);
    }
}
