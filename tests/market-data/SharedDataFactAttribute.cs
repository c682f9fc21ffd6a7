namespace Trading.MarketData.Tests;

/// <summary>A test on the real bars beside the project; without them it is reported as skipped, with the reason.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedDataFactAttribute : FactAttribute
{
    public SharedDataFactAttribute()
    {
        if (SharedData.Directory is null) Skip = $"the real bars are not here: no directory {SharedData.Expected}";
    }
}

/// <summary>Finds <c>../shared/data</c> beside the root of the repository.</summary>
public static class SharedData
{
    public static string Expected { get; } = Path.Combine(Root(), "..", "shared", "data");

    public static string? Directory => System.IO.Directory.Exists(Path.Combine(Expected, "minute")) ? Path.GetFullPath(Expected) : null;

    private static string Root()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Orleans.Trading.sln"))) at = at.Parent;
        return at?.FullName ?? AppContext.BaseDirectory;
    }
}
