using Trading.EndToEnd.Tests.Support;

namespace Trading.EndToEnd.Tests.Data;

/// <summary>Settings of the section <c>Data</c>: a wrong one stops the start and names itself, its value and the rule.</summary>
public sealed class SettingsTests
{
    [Theory]
    [Trait("req", "OHLCV-159")]
    [Trait("req", "OHLCV-163")]
    [InlineData("Data:Storage:BasePath is '', but must be a folder", "Data:Storage:BasePath=")]
    [InlineData("Data:Storage:CandlesPath is '../candles', but must be a folder below BasePath", "Data:Storage:CandlesPath=../candles")]
    [InlineData("Data:Storage:CandlesPath is '/candles', but must be a folder below BasePath", "Data:Storage:CandlesPath=/candles")]
    [InlineData("Data:Storage:DefaultPageSize is 0, but must be 1 to 10000", "Data:Storage:DefaultPageSize=0")]
    [InlineData("Data:Storage:DefaultPageSize is 1000, but must be 1 to 500", "Data:Storage:MaxPageSize=500")]
    [InlineData("Data:Storage:MaxPageSize is 10001, but must be 1 to 10000", "Data:Storage:MaxPageSize=10001")]
    [InlineData("Data:Storage:KeepSupersededDays is -1, but must be 0 to 3650", "Data:Storage:KeepSupersededDays=-1")]
    [InlineData("Data:Storage:MinimumFreePercent is 101, but must be 0 to 100", "Data:Storage:MinimumFreePercent=101")]
    [InlineData("Data:Storage:MinimumFreePercent is 'ten', but must be a number", "Data:Storage:MinimumFreePercent=ten")]
    [InlineData("Data:Storage:Folder is 'x', but there is no such setting", "Data:Storage:Folder=x")]
    [InlineData("Data:Store is 'x', but there is no such setting", "Data:Store=x")]
    [InlineData("there is no setting Data:Nightli", "Data:Nightli:StartTime=21:00")]
    [InlineData("Data:Storage is 'x', but has settings of its own (Data:Storage:…)", "Data:Storage=x")]
    [InlineData("Data:Providers:Priority names 'bloomberg', which is no provider; known are polygon, financial_modeling_prep, tiingo, alpaca", "Data:Providers:Priority:0=bloomberg")]
    [InlineData("Data:Providers:PolygonRequestsPerMinute is 0; it must lie between 1 and 100000", "Data:Providers:PolygonRequestsPerMinute=0")]
    [InlineData("Data:Providers:PolygonRequestsPerMinute is 'five', but must be a whole number from -2147483648 to 2147483647", "Data:Providers:PolygonRequestsPerMinute=five")]
    [InlineData("Data:Providers:MaxConcurrentSymbols is 101; it must lie between 1 and 100", "Data:Providers:MaxConcurrentSymbols=101")]
    [InlineData("Data:Providers:Polygon:Key is 'x', but there is no such setting", "Data:Providers:Polygon:Key=x")]
    [InlineData("Data:Providers:Tiingo:RequestsPerMinute is 'many', but must be a whole number from -2147483648 to 2147483647", "Data:Providers:Tiingo:RequestsPerMinute=many")]
    [InlineData("Data:Nightly:Schedule is 'daily', but must be auto, true or false", "Data:Nightly:Schedule=daily")]
    [InlineData("Data:Nightly:StartTime is '16:30', but must be a New York time HH:mm from 20:00, when the last session of the day has ended", "Data:Nightly:StartTime=16:30")]
    [InlineData("Data:Nightly:EnableAutoResampling is 'yes', but must be true or false", "Data:Nightly:EnableAutoResampling=yes")]
    [InlineData("Data:Nightly:MaxConcurrentSymbols is 0, but must be 1 to 100", "Data:Nightly:MaxConcurrentSymbols=0")]
    [InlineData("Data:Nightly:DefaultSymbols has '../x', but a symbol has only A to Z, 0 to 9 and single '.', '-' or '_' between them; character 1 is '.'", "Data:Nightly:DefaultSymbols:0=../x")]
    [InlineData("Data:Nightly:TargetTimeframes has '1d', but must have some of 5min, 15min, 30min, 1h, 2h, 4h, daily", "Data:Nightly:TargetTimeframes:0=1d")]
    [InlineData("Data:Nightly:KeepResultsDays is 0, but must be 1 to 3650", "Data:Nightly:KeepResultsDays=0")]
    [InlineData("Data:AssetClasses:bonds is no asset class; there are us_equity, crypto, forex", "Data:AssetClasses:bonds:ExtendedHours=true")]
    [InlineData("Data:AssetClasses:forex:Boundary is 'utc', but there is no such setting", "Data:AssetClasses:forex:Boundary=utc")]
    [InlineData("Data:CryptoQuotes has 'usd', but must have currencies of 2 to 8 upper-case letters", "Data:CryptoQuotes:0=usd")]
    public async Task A_wrong_setting_stops_the_start_in_one_line(string problem, string setting)
    {
        using var folder = new TemporaryFolder();
        var (code, output, errors) = await ServiceProcess.RunToEndAsync("--data", folder.Path, "--urls", "http://127.0.0.1:0", "--set", setting);
        Assert.Equal((1, "", $"error: wrong settings: {problem}"), (code, output, errors.TrimEnd()));
    }

    [Theory]
    [Trait("req", "OHLCV-163")]
    [Trait("req", "OHLCV-185")]
    [InlineData("Logging:LogLevel:Default is 'Loud', but must be one of Trace, Debug, Information, Warning, Error, Critical, None", "Logging:LogLevel:Default=Loud")]
    [InlineData("Logging:Console:FormatterName is 'xml', but must be json or simple", "Logging:Console:FormatterName=xml")]
    public async Task A_wrong_setting_of_the_log_does_too(string problem, string setting)
    {
        using var folder = new TemporaryFolder();
        var (code, output, errors) = await ServiceProcess.RunToEndAsync("--data", folder.Path, "--urls", "http://127.0.0.1:0", "--set", setting);
        Assert.Equal((1, "", $"error: wrong settings: {problem}"), (code, output, errors.TrimEnd()));
    }

    [Fact]
    [Trait("req", "OHLCV-163")]
    public async Task A_key_is_not_repeated_by_the_message_about_it()
    {
        using var folder = new TemporaryFolder();
        var (code, output, errors) = await ServiceProcess.RunToEndAsync("--data", folder.Path, "--urls", "http://127.0.0.1:0", "--set", "Data:Providers:Polygon:ApiKey=sehr geheim");
        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith("error: wrong settings: the key of polygon has a character that no key can have", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd().Split('\n'));
    }
}
