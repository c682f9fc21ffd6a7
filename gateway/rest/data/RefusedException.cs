using Microsoft.AspNetCore.Http;
using Trading.GrainInterfaces.Data;

namespace Trading.Gateway.Rest.Data;

/// <summary>A request that is answered with an error; caught in one place, <see cref="DataAccess"/>.</summary>
internal sealed class RefusedException(int status, string code, string message) : Exception(message)
{
    private const int LongestValue = 80;

    /// <summary>HTTP status.</summary>
    internal int Status { get; } = status;

    internal string Code { get; } = code;

    /// <summary>The field or parameter at fault; null when it is none in particular.</summary>
    internal string? Field { get; init; }

    /// <summary>What was sent, cut off after 80 characters.</summary>
    internal string? Value { get; private init; }

    /// <summary>What would be right.</summary>
    internal string? Rule { get; private init; }

    /// <summary>When asking again makes sense.</summary>
    internal long? RetryAfterMs { get; init; }

    /// <summary>A field or parameter that breaks its rule: 422 (OHLCV-O05).</summary>
    internal static RefusedException Field422(string field, string? value, string rule, string code = "INVALID_FIELD")
    {
        var shown = value is { Length: > LongestValue } ? value[..LongestValue] + "…" : value;
        return new(StatusCodes.Status422UnprocessableEntity, code, shown is null ? $"{field} {rule}" : $"{field} is '{shown}', but {rule}") { Field = field, Value = shown, Rule = rule };
    }

    /// <summary>What a grain said no to.</summary>
    internal static RefusedException Of(DataProblem problem) => problem.Kind switch
    {
        DataProblemKind.NotFound => new(StatusCodes.Status404NotFound, problem.Code, problem.Message) { Field = problem.Field },
        DataProblemKind.Conflict => new(StatusCodes.Status409Conflict, problem.Code, problem.Message) { Field = problem.Field },
        DataProblemKind.Unavailable => Unavailable(problem.Code, problem.Message),
        _ => new(StatusCodes.Status422UnprocessableEntity, problem.Code, problem.Message) { Field = problem.Field, Rule = problem.Message },
    };

    internal static RefusedException Unavailable(string code, string message) => new(StatusCodes.Status503ServiceUnavailable, code, message) { RetryAfterMs = 5_000 };
}
