using System.IO.Enumeration;

namespace Trading.MarketData.Imports;

/// <summary>Finds the files that a path of a command line means: a file, all files of a folder and the folders in it, or a pattern with <c>*</c> and <c>?</c>.</summary>
public static class InputFiles
{
    /// <summary>Full paths in ordinal order; folders that are links are not entered.</summary>
    /// <param name="path">File, folder or pattern.</param>
    /// <param name="endings">Endings of names to take from a folder, in lower case with the point; a file or a pattern takes whatever it names.</param>
    /// <exception cref="ImportException">There is no such file, or none in the folder.</exception>
    public static IReadOnlyList<string> Find(string path, params IReadOnlyList<string> endings)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(endings);
        var full = Path.GetFullPath(path);
        if (File.Exists(full)) return [full];
        var found = Directory.Exists(full) ? InFolder(full, endings) : path.AsSpan().ContainsAny('*', '?') ? Matching(full) : [];
        if (found.Count > 0) return [.. found.Order(StringComparer.Ordinal)];
        throw new ImportException(Directory.Exists(full) ? $"{path} has no file that ends in {string.Join(", ", endings)}" : $"{path} does not exist");
    }

    /// <summary>A file's time of change in microseconds since 1970-01-01Z.</summary>
    public static long Modified(string path) => (File.GetLastWriteTimeUtc(path) - DateTime.UnixEpoch).Ticks / 10;

    /// <summary>The name of a file without the endings that only say how it is written: <c>BTCUSD.csv.gz</c> is BTCUSD.</summary>
    public static string SymbolText(string path)
    {
        var name = Path.GetFileName(path);
        string[] endings = [".gz", ".csv", ".txt", ".tsv", ".parquet"];
        foreach (var ending in endings)
        {
            if (name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) name = name[..^ending.Length];
        }

        return name;
    }

    private static List<string> InFolder(string folder, IReadOnlyList<string> endings)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Hidden, IgnoreInaccessible = false };
        return [.. Directory.EnumerateFiles(folder, "*", options).Where(file => endings.Any(ending => file.EndsWith(ending, StringComparison.OrdinalIgnoreCase)))];
    }

    private static List<string> Matching(string pattern)
    {
        var root = Path.GetPathRoot(pattern)!;
        var places = new List<string> { root };
        var parts = pattern[root.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        for (var at = 0; at < parts.Length; at++)
        {
            var part = parts[at];
            var isLast = at == parts.Length - 1;
            places = [.. places.SelectMany(place => Step(place, part, isLast))];
        }

        return places;
    }

    private static IEnumerable<string> Step(string folder, string part, bool isLast)
    {
        if (!part.AsSpan().ContainsAny('*', '?'))
        {
            var next = Path.Combine(folder, part);
            return (isLast ? File.Exists(next) : Directory.Exists(next)) ? [next] : [];
        }

        var entries = isLast ? Directory.EnumerateFiles(folder) : Directory.EnumerateDirectories(folder);
        return entries.Where(entry => FileSystemName.MatchesSimpleExpression(part, Path.GetFileName(entry), ignoreCase: false));
    }
}
