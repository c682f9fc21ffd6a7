namespace Trading.Gateway.Rest.Runs;

/// <summary>One example per body, as the API's description and docs/runs.md show them; tests compare their fields with real answers.</summary>
internal static class RunExamples
{
    internal const string BacktestId = "8c1f3e8a-5b7d-4c7e-9a52-1b0f6f1f4c11";

    internal const string SweepId = "51d0b7f4-0f0c-4b1d-8e0a-6c2a9b1d7e42";

    internal const string BacktestRequest = """
        {"symbols":["EURUSD"],"start":"2014-05-01T00:00:00Z","end":"2014-05-16T00:00:00Z","initial_cash":"100000.00","slippage_bps":1,"strategy":{"name":"sma_cross","fast":10,"slow":30,"quantity":"10000","short":true},"execution":{"latency_ms":200}}
        """;

    internal const string BacktestStarted = """
        {"id":"8c1f3e8a-5b7d-4c7e-9a52-1b0f6f1f4c11","state":"queued","created_at":"2026-12-01T09:15:00Z","started_at":null,"ended_at":null,"symbols":["EURUSD"],"data_provider":"polygon","data_version":"adjusted","start":"2014-05-01T00:00:00Z","end":"2014-05-16T00:00:00Z","strategy":{"name":"sma_cross","fast":10,"slow":30,"quantity":"10000","short":true},"progress":{"ticks_done":0,"ticks_total":null,"percentage":0.0},"error":null,"result_hash":null}
        """;

    internal const string Backtest = """
        {"id":"8c1f3e8a-5b7d-4c7e-9a52-1b0f6f1f4c11","state":"completed","created_at":"2026-12-01T09:15:00Z","started_at":"2026-12-01T09:15:00.12Z","ended_at":"2026-12-01T09:15:00.16Z","symbols":["EURUSD"],"data_provider":"polygon","data_version":"adjusted","start":"2014-05-01T00:00:00Z","end":"2014-05-16T00:00:00Z","strategy":{"name":"sma_cross","fast":10,"slow":30,"quantity":"10000","short":true},"progress":{"ticks_done":15543,"ticks_total":15543,"percentage":100.0},"error":null,"result_hash":"2f6b0d3c6f0a4f5d8e1c9b7a3d2e4f60718293a4b5c6d7e8f90123456789abcd","report":{"session_id":"8c1f3e8a-5b7d-4c7e-9a52-1b0f6f1f4c11","result_hash":"2f6b0d3c6f0a4f5d8e1c9b7a3d2e4f60718293a4b5c6d7e8f90123456789abcd","metrics":{"initial_cash":"100000","final_equity":"99871.345"}}}
        """;

    internal const string BacktestCancelled = """
        {"id":"8c1f3e8a-5b7d-4c7e-9a52-1b0f6f1f4c11","state":"cancelled","created_at":"2026-12-01T09:15:00Z","started_at":"2026-12-01T09:15:00.12Z","ended_at":"2026-12-01T09:15:00.14Z","symbols":["EURUSD"],"data_provider":"polygon","data_version":"adjusted","start":"2014-05-01T00:00:00Z","end":"2014-05-16T00:00:00Z","strategy":{"name":"sma_cross","fast":10,"slow":30,"quantity":"10000","short":true},"progress":{"ticks_done":0,"ticks_total":15543,"percentage":0.0},"error":null,"result_hash":null}
        """;

    internal const string BacktestList = """
        {"backtests":[{"id":"8c1f3e8a-5b7d-4c7e-9a52-1b0f6f1f4c11","state":"completed","created_at":"2026-12-01T09:15:00Z","ended_at":"2026-12-01T09:15:00.16Z","symbols":["EURUSD"],"sets":{"total":1,"done":1,"failed":0,"skipped":0},"percentage":100.0}],"pagination":{"page":1,"page_size":20,"total_items":1,"total_pages":1,"has_next":false,"has_previous":false}}
        """;

    internal const string SweepRequest = """
        {"symbols":["EURUSD"],"start":"2014-05-01T00:00:00Z","end":"2014-05-16T00:00:00Z","initial_cash":"100000.00","slippage_bps":1,"strategy":{"name":"sma_cross","fast":{"from":5,"to":50,"step":5},"slow":[20,50,100,200],"quantity":"10000"}}
        """;

    internal const string SweepStarted = """
        {"id":"51d0b7f4-0f0c-4b1d-8e0a-6c2a9b1d7e42","state":"queued","created_at":"2026-12-01T09:20:00Z","started_at":null,"ended_at":null,"symbols":["EURUSD"],"data_provider":"polygon","data_version":"adjusted","start":"2014-05-01T00:00:00Z","end":"2014-05-16T00:00:00Z","strategy":{"name":"sma_cross","fast":[5,10,15,20,25,30,35,40,45,50],"slow":[20,50,100,200],"quantity":["10000"],"short":false},"sets":{"total":32,"done":0,"failed":0,"skipped":8},"progress":{"ticks_done":0,"ticks_total":null,"percentage":0.0},"best":null,"sweep_hash":null,"error":null}
        """;

    internal const string Sweep = """
        {"id":"51d0b7f4-0f0c-4b1d-8e0a-6c2a9b1d7e42","state":"running","created_at":"2026-12-01T09:20:00Z","started_at":"2026-12-01T09:20:00.2Z","ended_at":null,"symbols":["EURUSD"],"data_provider":"polygon","data_version":"adjusted","start":"2014-05-01T00:00:00Z","end":"2014-05-16T00:00:00Z","strategy":{"name":"sma_cross","fast":[5,10,15,20,25,30,35,40,45,50],"slow":[20,50,100,200],"quantity":["10000"],"short":false},"sets":{"total":32,"done":8,"failed":0,"skipped":8},"progress":{"ticks_done":134344,"ticks_total":497376,"percentage":27.0},"best":{"set":7,"fast":10,"slow":200,"quantity":"10000","state":"completed","final_equity":"99990.25","total_return":"-0.0000975","sharpe_ratio":"-0.61","max_drawdown":"0.00021","trades":41,"winning_trades":13,"orders":82,"fills":82,"total_commission":"4100","result_hash":"7a10c2d94e5b6f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708","error":null},"sweep_hash":null,"error":null}
        """;

    internal const string SweepResults = """
        {"id":"51d0b7f4-0f0c-4b1d-8e0a-6c2a9b1d7e42","state":"running","results":[{"set":7,"fast":10,"slow":200,"quantity":"10000","state":"completed","final_equity":"99990.25","total_return":"-0.0000975","sharpe_ratio":"-0.61","max_drawdown":"0.00021","trades":41,"winning_trades":13,"orders":82,"fills":82,"total_commission":"4100","result_hash":"7a10c2d94e5b6f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708","error":null}],"pagination":{"page":1,"page_size":1,"total_items":8,"total_pages":8,"has_next":true,"has_previous":false}}
        """;

    internal const string SweepCancelled = """
        {"id":"51d0b7f4-0f0c-4b1d-8e0a-6c2a9b1d7e42","state":"cancelled","created_at":"2026-12-01T09:20:00Z","started_at":"2026-12-01T09:20:00.2Z","ended_at":"2026-12-01T09:20:00.4Z","symbols":["EURUSD"],"data_provider":"polygon","data_version":"adjusted","start":"2014-05-01T00:00:00Z","end":"2014-05-16T00:00:00Z","strategy":{"name":"sma_cross","fast":[5,10,15,20,25,30,35,40,45,50],"slow":[20,50,100,200],"quantity":["10000"],"short":false},"sets":{"total":32,"done":8,"failed":0,"skipped":8},"progress":{"ticks_done":124344,"ticks_total":497376,"percentage":25.0},"best":null,"sweep_hash":null,"error":null}
        """;

    internal const string SweepList = """
        {"sweeps":[{"id":"51d0b7f4-0f0c-4b1d-8e0a-6c2a9b1d7e42","state":"running","created_at":"2026-12-01T09:20:00Z","ended_at":null,"symbols":["EURUSD"],"sets":{"total":32,"done":8,"failed":0,"skipped":8},"percentage":27.0}],"pagination":{"page":1,"page_size":20,"total_items":1,"total_pages":1,"has_next":false,"has_previous":false}}
        """;
}
