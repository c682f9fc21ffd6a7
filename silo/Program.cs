using Trading.Silo.Composition;

return await CommandLine.RunAsync(args);
