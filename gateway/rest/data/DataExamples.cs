namespace Trading.Gateway.Rest.Data;

/// <summary>One example per body, as the API's description shows them; tests compare their fields with real answers.</summary>
internal static class DataExamples
{
    internal const string RequestId = "0b0f3c1e-6a55-4a0c-9a53-3d1f0c5a7e21";

    internal const string CandlePage = """
        {"symbol":"NVDA","timeframe":"1h","candles":[{"date":"2024-07-16T13:30:00Z","open":"128.40","high":"128.75","low":"127.10","close":"127.95","volume":"31544010.00000000"},{"date":"2024-07-16T14:30:00Z","open":"127.95","high":"128.02","low":"126.80","close":"127.33","volume":"22871900.00000000"}],"start_date":"2024-07-16T13:30:00Z","end_date":"2024-07-16T20:00:00Z","pagination":{"page":1,"page_size":2,"total_items":7,"total_pages":4,"has_next":true,"has_previous":false}}
        """;

    internal const string Symbols = """
        ["KO","MSFT","NVDA"]
        """;

    internal const string CompletenessRequest = """
        {"symbols":["NVDA","KO"],"start_date":"2024-03-04","end_date":"2024-03-15","include_details":true,"auto_fill_gaps":false,"max_gap_fill_attempts":3}
        """;

    internal const string CompletenessAnswer = """
        {"analysis_period":{"start_date":"2024-03-04","end_date":"2024-03-15"},"symbol_completeness":{"NVDA":{"total_trading_days":10,"valid_days":10,"invalid_days":0,"completeness_percentage":100.0,"total_expected_candles":3900,"total_actual_candles":3900,"missing_candles":0,"validation_results":[{"date":"2024-03-04","is_valid":true,"is_half_day":false,"expected_candles":390,"actual_candles":390,"missing_candles":0,"gaps":[]}]},"KO":{"total_trading_days":10,"valid_days":9,"invalid_days":1,"completeness_percentage":94.4,"total_expected_candles":3900,"total_actual_candles":3681,"missing_candles":219,"validation_results":[{"date":"2024-03-11","is_valid":false,"is_half_day":false,"expected_candles":390,"actual_candles":171,"missing_candles":219,"gaps":[{"start":"2024-03-11T14:00:00Z","end":"2024-03-11T17:39:00Z","missing_candles":219}]}]}},"overall_statistics":{"total_symbols":2,"total_trading_days":20,"total_valid_days":19,"overall_completeness_percentage":97.2,"total_expected_candles":7800,"total_actual_candles":7581,"total_missing_candles":219},"symbols_needing_attention":["KO"],"recommendations":["1 of 2 symbols is below 95 %","Run a full update for these symbols"]}
        """;

    internal const string UpdateStartRequest = """
        {"symbols":["NVDA","KO","MSFT"],"start_date":"2024-07-01","end_date":"2024-07-12","force_validation":true,"enable_resampling":true,"max_concurrent_symbols":2}
        """;

    internal const string UpdateStarted = """
        {"request_id":"0b0f3c1e-6a55-4a0c-9a53-3d1f0c5a7e21","status":"started","message":"Update of 3 symbols is under way"}
        """;

    internal const string UpdateStatus = """
        {"request_id":"0b0f3c1e-6a55-4a0c-9a53-3d1f0c5a7e21","status":"in_progress","started_at":"2024-07-13T01:00:00Z","symbols_count":3,"is_complete":false,"progress":{"total_symbols":3,"completed_symbols":2,"current_symbol":"MSFT","current_step":"Downloading 1-minute data","progress_percentage":66.7,"estimated_time_remaining_seconds":45,"symbols_in_progress":["MSFT"]}}
        """;

    internal const string UpdateProgress = """
        {"request_id":"0b0f3c1e-6a55-4a0c-9a53-3d1f0c5a7e21","symbols":[{"symbol":"NVDA","status":"completed","current_step":"Reporting","progress_percentage":100.0,"started_at":"2024-07-13T01:00:01Z","finished_at":"2024-07-13T01:00:40Z","error":null},{"symbol":"MSFT","status":"in_progress","current_step":"Downloading 1-minute data","progress_percentage":30.0,"started_at":"2024-07-13T01:00:41Z","finished_at":null,"error":null}]}
        """;

    internal const string UpdateDetails = """
        {"request_id":"0b0f3c1e-6a55-4a0c-9a53-3d1f0c5a7e21","status":"completed_with_errors","started_at":"2024-07-13T01:00:00Z","completed_at":"2024-07-13T01:02:10Z","summary":{"total_symbols":3,"successful_symbols":2,"failed_symbols":1,"candles_downloaded":6660,"candles_resampled":2238},"symbol_results":{"NVDA":{"success":true,"candles_downloaded":3330,"completeness_percentage":100.0},"MSFT":{"success":true,"candles_downloaded":3330,"completeness_percentage":100.0},"KO":{"success":false,"candles_downloaded":0,"error":"provider refused the key"}},"recommendations":["Check the provider key and run KO again"]}
        """;

    internal const string ActiveUpdates = """
        [{"request_id":"0b0f3c1e-6a55-4a0c-9a53-3d1f0c5a7e21","status":"in_progress","started_at":"2024-07-13T01:00:00Z","symbols_count":3,"progress_percentage":66.7}]
        """;

    internal const string CancelledUpdate = """
        {"request_id":"0b0f3c1e-6a55-4a0c-9a53-3d1f0c5a7e21","status":"failed","started_at":"2024-07-13T01:00:00Z","symbols_count":3,"is_complete":true,"progress":{"total_symbols":3,"completed_symbols":3,"current_symbol":null,"current_step":"Reporting","progress_percentage":100.0,"estimated_time_remaining_seconds":0,"symbols_in_progress":[]}}
        """;
}
