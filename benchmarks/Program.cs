using Trading.Bench;
using Trading.Bench.Cluster;
using Trading.Bench.Data;
using Trading.Bench.Session;

if (args is ["echo-server"])
{
    await EchoServer.RunAsync();
    return 0;
}

var benchmarks = new Dictionary<string, Func<TextWriter, Task>>(StringComparer.Ordinal)
{
    ["engine"] = output =>
    {
        EngineBench.Run(output);
        return Task.CompletedTask;
    },
    ["lockstep"] = LockStepBench.RunAsync,
    ["batched"] = BatchedTicksBench.RunAsync,
    ["telemetry"] = TelemetryBench.RunAsync,
    ["idle"] = IdleSessionsBench.RunAsync,
    ["cluster"] = ClusterBench.RunAsync,
    ["capacity"] = CapacityBench.RunAsync,
    ["store"] = StoreBench.RunAsync,
    ["journal"] = output =>
    {
        DurableAcks.Run(output);
        return Task.CompletedTask;
    },
    ["postgres"] = PostgresAcks.RunAsync,
    ["csv"] = CsvBench.RunAsync,
    ["resample"] = output =>
    {
        ResampleBench.Run(output);
        return Task.CompletedTask;
    },
    ["parquet"] = output =>
    {
        ParquetBench.Run(output);
        return Task.CompletedTask;
    },
};
foreach (var name in args.Length == 0 ? [.. benchmarks.Keys] : args)
{
    if (!benchmarks.TryGetValue(name, out var run))
    {
        Console.Error.WriteLine($"no benchmark '{name}'; there are: {string.Join(", ", benchmarks.Keys)}");
        return 2;
    }

    await run(Console.Out);
    Console.WriteLine();
}

return 0;
