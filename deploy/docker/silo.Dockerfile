# A silo of a cluster. The same image applies the migrations ("migrate") and manages accounts ("admin").
#   docker build -f deploy/docker/silo.Dockerfile -t trading-silo:0.1.0 .
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
WORKDIR /source
COPY . .
ENV NUGET_PACKAGES=/packages
RUN --mount=type=cache,target=/packages \
    dotnet publish silo/Trading.Silo.csproj --configuration Release --output /app -p:ActorRuntime=orleans -p:UseAppHost=false
RUN mkdir /empty

# no shell, no package manager; the root file system may be read-only (what is written goes to /data and /tmp)
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled AS silo
WORKDIR /app
COPY --from=build /app ./
COPY --from=build --chown=1654:1654 /empty /data
ENV ASPNETCORE_HTTP_PORTS="" \
    TRADING_Data=/data \
    TRADING_Demo=false \
    TRADING_Ops__Urls=http://+:8081
USER 1654:1654
EXPOSE 8081 11111 30000
STOPSIGNAL SIGTERM
ENTRYPOINT ["dotnet", "Trading.Silo.dll"]
CMD ["silo"]
