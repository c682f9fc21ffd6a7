using System.Text.Json;

namespace Trading.Deployment.Tests.Support;

/// <summary>One stage of a Dockerfile.</summary>
/// <param name="Image">What it begins with.</param>
/// <param name="Platform">Of <c>--platform</c>; null without.</param>
/// <param name="Name">After <c>AS</c>.</param>
/// <param name="Steps">Instructions in order: the word and what follows.</param>
internal sealed record Stage(string Image, string? Platform, string? Name, List<(string Word, string Arguments)> Steps)
{
    public string? Last(string word) => Steps.Where(step => step.Word == word).Select(step => step.Arguments).LastOrDefault();

    /// <summary>An instruction of the exec form, a JSON list; null where there is none.</summary>
    public string[]? Exec(string word) => Last(word) is { } text ? JsonSerializer.Deserialize<string[]>(text) : null;

    /// <summary>Everything that <c>ENV</c> sets.</summary>
    public Dictionary<string, string> Environment => Steps.Where(step => step.Word == "ENV")
        .SelectMany(step => step.Arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        .Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1].Trim('"'), StringComparer.Ordinal);
}

/// <summary>A Dockerfile, as far as ours go: no heredocs, no arguments before the first stage.</summary>
internal sealed class Dockerfile
{
    private static readonly string[] Words = ["FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "EXPOSE", "STOPSIGNAL", "ENTRYPOINT", "CMD"];

    private Dockerfile(string path, IReadOnlyList<Stage> stages)
    {
        Path = path;
        Stages = stages;
    }

    public string Path { get; }

    public IReadOnlyList<Stage> Stages { get; }

    /// <summary>What becomes the image.</summary>
    public Stage Final => Stages[^1];

    public static Dockerfile Load(string path)
    {
        var stages = new List<Stage>();
        foreach (var line in Lines(Repository.Read(path)))
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            var (word, rest) = (line[..space], line[(space + 1)..].Trim());
            Assert.Contains(word, Words);
            if (word == "FROM") stages.Add(From(rest));
            else stages[^1].Steps.Add((word, rest));
        }

        return new(path, stages);
    }

    private static Stage From(string rest)
    {
        var words = rest.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToList();
        var platform = words.Find(word => word.StartsWith("--platform=", StringComparison.Ordinal));
        if (platform is not null) words.Remove(platform);
        Assert.True(words.Count == 1 || (words.Count == 3 && words[1] == "AS"), $"FROM {rest}");
        return new(words[0], platform?["--platform=".Length..], words.Count == 3 ? words[2] : null, []);
    }

    /// <summary>Lines without comments, continued ones joined.</summary>
    private static IEnumerable<string> Lines(string text)
    {
        var joined = text.ReplaceLineEndings("\n").Replace("\\\n", " ", StringComparison.Ordinal);
        return joined.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(line => line[0] != '#');
    }
}
