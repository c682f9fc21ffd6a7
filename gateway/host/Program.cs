using Trading.Gateway.Host.Composition;

return await GatewayProcess.RunAsync(args);
