using Trading.Coverage;

// dotnet run --project tools/coverage            writes docs/coverage.md
// dotnet run --project tools/coverage -- --check exits 1 when the page is not what the tests say, or an id in scope has no test
var root = CoverageTable.FindRoot(Directory.GetCurrentDirectory());
var table = CoverageTable.Read(root);
var page = Path.Combine(root, "docs", "coverage.md");
if (!args.Contains("--check"))
{
    File.WriteAllText(page, table.ToMarkdown());
    Console.WriteLine($"{table.Covered} of {table.Scope.Count} ids have a test; wrote docs/coverage.md");
    foreach (var id in table.Missing) Console.WriteLine($"no test: {id}");
    return 0;
}

var current = File.Exists(page) && File.ReadAllText(page) == table.ToMarkdown();
if (!current) Console.Error.WriteLine("docs/coverage.md is out of date: dotnet run --project tools/coverage");
foreach (var id in table.Missing) Console.Error.WriteLine($"no test: {id}");
return current && table.Missing.Count == 0 ? 0 : 1;
