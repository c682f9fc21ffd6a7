using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Trading.Hosting;

/// <summary>Keeps pages for operators behind HTTP Basic authentication (RFC 7617) with the user <c>operator</c>. Put TLS in front: Basic sends the password with every request.</summary>
public static class OperatorAccess
{
    public const string User = "operator";

    /// <summary>Fewest characters of a password.</summary>
    public const int MinimumLength = 16;

    /// <summary>Requires the password for <paramref name="path"/> and everything below it.</summary>
    /// <param name="app">The host.</param>
    /// <param name="path">Like <c>/dashboard</c>.</param>
    /// <param name="password">At least <see cref="MinimumLength"/> characters.</param>
    /// <exception cref="StartException">The password is too short.</exception>
    public static void RequireOperator(this WebApplication app, string path, string password)
    {
        ArgumentNullException.ThrowIfNull(password);
        if (password.Length < MinimumLength) throw new StartException($"Dashboard:Password has {password.Length} characters; it must have at least {MinimumLength}");
        var expected = SHA256.HashData(Encoding.UTF8.GetBytes($"{User}:{password}"));
        app.Use((http, next) =>
        {
            if (!http.Request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase) || IsOperator(http, expected)) return next(http);
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            http.Response.Headers.WWWAuthenticate = "Basic realm=\"operators\", charset=\"UTF-8\"";
            return Task.CompletedTask;
        });
    }

    private static bool IsOperator(HttpContext http, byte[] expected)
    {
        const string scheme = "Basic ";
        var header = http.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)) return false;
        var given = new byte[header.Length];
        return Convert.TryFromBase64String(header[scheme.Length..].Trim(), given, out var length)
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(given.AsSpan(0, length)), expected);
    }
}
