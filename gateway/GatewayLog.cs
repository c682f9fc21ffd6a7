using Microsoft.Extensions.Logging;

namespace Trading.Gateway;

/// <summary>Everything the gateway logs: ids, counts and codes, never tokens, keys or the content of orders (SIM-025, SIM-301).</summary>
internal static partial class GatewayLog
{
    [LoggerMessage(1001, LogLevel.Debug, "Connection {ConnectionId} of {UserId} opened")]
    internal static partial void Opened(ILogger logger, string connectionId, string userId);

    [LoggerMessage(1002, LogLevel.Debug, "Connection {ConnectionId} ended")]
    internal static partial void Ended(ILogger logger, string connectionId);

    [LoggerMessage(1003, LogLevel.Information, "Connection {ConnectionId} closes: {Reason} ({Code})")]
    internal static partial void Closing(ILogger logger, string connectionId, string reason, int code);

    [LoggerMessage(1004, LogLevel.Warning, "Connection {ConnectionId} given up: a send took longer than {Seconds} s")]
    internal static partial void SendTimedOut(ILogger logger, string connectionId, int seconds);

    [LoggerMessage(1005, LogLevel.Error, "The session call of connection {ConnectionId} failed; the client has to resume")]
    internal static partial void ExchangeFailed(ILogger logger, string connectionId, Exception exception);

    [LoggerMessage(1006, LogLevel.Warning, "The place of connection {ConnectionId} could not be renewed; it is tried again")]
    internal static partial void RenewalFailed(ILogger logger, string connectionId, Exception exception);

    [LoggerMessage(1007, LogLevel.Warning, "Connection {ConnectionId} ended, but its session or its place could not be told")]
    internal static partial void CleanUpFailed(ILogger logger, string connectionId, Exception exception);

    [LoggerMessage(1008, LogLevel.Debug, "Connection {ConnectionId} was lost")]
    internal static partial void Lost(ILogger logger, string connectionId, Exception exception);

    [LoggerMessage(1009, LogLevel.Information, "Maintenance: {Count} connections are told and closed")]
    internal static partial void Maintenance(ILogger logger, int count);

    [LoggerMessage(1011, LogLevel.Error, "Connection {ConnectionId} failed")]
    internal static partial void Failed(ILogger logger, string connectionId, Exception exception);

    [LoggerMessage(1012, LogLevel.Error, "A data request to {Route} failed; the client may ask again")]
    internal static partial void DataRequestFailed(ILogger logger, string route, Exception exception);

    [LoggerMessage(1013, LogLevel.Warning, "The state of the data could not be read for the health answer")]
    internal static partial void HealthFailed(ILogger logger, Exception exception);

    [LoggerMessage(1014, LogLevel.Warning, "A handshake was refused: this process has the {Maximum} connections that it may have")]
    internal static partial void Full(ILogger logger, int maximum);

    [LoggerMessage(1020, LogLevel.Warning, "A call of connection {ConnectionId} failed by {Kind}; it is repeated")]
    internal static partial void Repeating(ILogger logger, string connectionId, string kind, Exception exception);

    [LoggerMessage(1021, LogLevel.Information, "Connection {ConnectionId} goes on after {Milliseconds} ms and {Attempts} attempts")]
    internal static partial void Continued(ILogger logger, string connectionId, long milliseconds, int attempts);

    [LoggerMessage(1022, LogLevel.Error, "The call of connection {ConnectionId} is given up after {Attempts} attempts in {Milliseconds} ms")]
    internal static partial void GivenUp(ILogger logger, string connectionId, int attempts, long milliseconds);

    [LoggerMessage(1023, LogLevel.Warning, "A request to {Route} could not be answered now; the caller may ask again")]
    internal static partial void RequestUnavailable(ILogger logger, string route, Exception exception);
}
