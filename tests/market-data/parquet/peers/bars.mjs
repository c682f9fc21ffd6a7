// Has DuckDB write bars as other tools do: binary floating point, a local time without zone, columns in another order.
// usage: node bars.mjs FILE
import { DuckDBInstance } from '@duckdb/node-api'

const connection = await (await DuckDBInstance.create(':memory:')).connect()
await connection.run(`COPY (
  SELECT 1.5::DOUBLE + i AS volume, 1.08457::DOUBLE AS close, 1.0844::DOUBLE AS low, 1.0847::DOUBLE AS high, 1.08456::DOUBLE AS open,
    TIMESTAMP '2024-07-16 09:30:00' + INTERVAL 1 MINUTE * i AS datetime, 'EUR/USD' AS symbol
  FROM range(5) t(i)) TO '${process.argv[2]}' (FORMAT parquet)`)
console.log(JSON.stringify({ written: 5 }))
process.exit()
