using System.Security.Cryptography;
using System.Text.Json;
using Trading.Engine.Configuration;
using Trading.GrainInterfaces.Runs;
using Trading.GrainInterfaces.Sessions;
using Trading.Grains.Sessions;

namespace Trading.Grains.Runs;

/// <summary>What a request for a run must keep, and what follows from it. Pure.</summary>
internal static class RunRules
{
    private const int FewestFast = 2;
    private const int MostFast = 500;
    private const int FewestSlow = 3;
    private const int MostSlow = 1000;

    /// <summary>The first broken rule; null when all is well.</summary>
    public static RunProblem? Check(RunRequest request, RunOptions options)
    {
        if (request.Strategy != RunRequest.SmaCross) return Invalid("UNKNOWN_STRATEGY", $"strategy.name is '{request.Strategy}', but there is only {RunRequest.SmaCross}", "strategy.name");
        if (Outside(request.Fast, FewestFast, MostFast) is { } fast) return Invalid("INVALID_FIELD", $"strategy.fast is {fast}, but must be {FewestFast} to {MostFast}", "strategy.fast");
        if (Outside(request.Slow, FewestSlow, MostSlow) is { } slow) return Invalid("INVALID_FIELD", $"strategy.slow is {slow}, but must be {FewestSlow} to {MostSlow}", "strategy.slow");
        if (request.Quantity.Any(quantity => quantity is <= 0 or > RunRequest.MaximumQuantity)) return Invalid("INVALID_FIELD", "strategy.quantity must be above 0 and at most 45000000000", "strategy.quantity");
        var combinations = SweepGrid.Combinations(request);
        if (combinations > options.MaxCombinations) return Invalid("TOO_MANY_SETS", $"the grid has {combinations} combinations, but at most {options.MaxCombinations} are looked at", "strategy");
        var sets = SetsOf(request);
        if (sets == 0) return Invalid("INVALID_FIELD", "strategy.slow must be greater than strategy.fast", "strategy.slow");
        return sets > options.MaxSets ? Invalid("TOO_MANY_SETS", $"the grid has {sets} parameter sets, but a sweep has at most {options.MaxSets}", "strategy") : null;
    }

    /// <summary>A refusal of the session's rules, which hold here, too.</summary>
    public static RunProblem Of(ErrorOutput error) => Invalid(error.Code, error.Message, error.Context.FirstOrDefault(entry => entry.Name == "field")?.Text);

    public static RunProblem Invalid(string code, string message, string? field = null) => new(RunProblemKind.Invalid, code, message, field);

    /// <summary>Equal for requests that ask for the same.</summary>
    public static string HashOf(RunRequest request) => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request)));

    /// <summary>The session that a client would create for it.</summary>
    public static CreateCommand Session(string id, RunRequest request)
    {
        var config = SimulationConfigJson.Read(request.Config);
        var extensions = new List<string>(2);
        if (config.ExtendedHours) extensions.Add("extended_hours");
        if (config.FractionalQuantity) extensions.Add("fractional_quantity");
        return new CreateCommand
        {
            SessionId = id,
            Symbols = request.Symbols,
            DataProvider = request.DataProvider,
            DataVersion = request.DataVersion,
            Config = new SessionConfig(request.Config),
            Extensions = extensions,
        };
    }

    private static long SetsOf(RunRequest request) => request.Fast.Sum(fast => (long)request.Slow.Count(slow => slow > fast)) * request.Quantity.Count;

    private static int? Outside(IReadOnlyList<int> values, int least, int most)
    {
        foreach (var value in values)
        {
            if (value < least || value > most) return value;
        }

        return null;
    }
}
