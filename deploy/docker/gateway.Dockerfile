# A gateway of a cluster: the public surface. It holds no journal, no bars and no grain code.
#   docker build -f deploy/docker/gateway.Dockerfile -t trading-gateway:0.1.0 .
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
WORKDIR /source
COPY . .
ENV NUGET_PACKAGES=/packages
RUN --mount=type=cache,target=/packages \
    dotnet publish gateway/host/Trading.Gateway.Host.csproj --configuration Release --output /app -p:ActorRuntime=orleans -p:UseAppHost=false

# no shell, no package manager; the root file system may be read-only (only /tmp is written)
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled AS gateway
WORKDIR /app
COPY --from=build /app ./
ENV ASPNETCORE_HTTP_PORTS="" \
    TRADING_Urls=http://+:8080
USER 1654:1654
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["dotnet", "Trading.Gateway.Host.dll"]
