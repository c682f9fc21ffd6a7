// Has other implementations write files. Prints one JSON object per table, with its columns' values as exact text, and one per file, which names its table.
// usage: node write.mjs FOLDER [small]     small: only small files of DuckDB
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { parquetWriteBuffer } from 'hyparquet-writer'
import * as wasm from 'parquet-wasm/node'

const folder = process.argv[2]
const connection = await (await DuckDBInstance.create(':memory:')).connect()
await connection.run("SET TimeZone = 'UTC'")

// every type that a file of bars may come with; the text of each column is what the reader has to show
const types = {
  ts: ["TIMESTAMP '2024-07-16 13:30:00' + INTERVAL 1 MINUTE * i + INTERVAL 1 MICROSECOND * (i % 7)", 'epoch_us(ts)'],
  tstz: ["TIMESTAMPTZ '2024-07-16 13:30:00+00' + INTERVAL 1 MINUTE * i", 'epoch_us(tstz)'],
  ts_ms: ["(TIMESTAMP '1969-12-31 23:00:00' + INTERVAL 1 MINUTE * i)::TIMESTAMP_MS", 'epoch_us(ts_ms)'],
  ts_ns: ["(TIMESTAMP '2024-07-16 13:30:00' + INTERVAL 1 MINUTE * i)::TIMESTAMP_NS", 'epoch_us(ts_ns)'],
  d: ["DATE '1969-06-01' + i::INTEGER", "epoch_us(d::TIMESTAMP)"],
  b: ['i % 3 = 0', 'b::INTEGER'],
  i8: ['(i % 256 - 128)::TINYINT', 'i8'],
  i16: ['(i * 7 % 65536 - 32768)::SMALLINT', 'i16'],
  i32: ['((i * 1234577) % 4294967296 - 2147483648)::INTEGER', 'i32'],
  u32: ['((i * 1234577) % 4294967296)::UINTEGER', 'u32'],
  i64: ['(i * 9223372036854 - 4611686018427387904)::BIGINT', 'i64'],
  f: ['(i * 0.37)::FLOAT', 'f::DOUBLE'],
  dbl: ['i::DOUBLE / 100', 'dbl'],
  dec4: ['(i % 9999 / 100.0)::DECIMAL(4,2)', 'dec4'],
  dec9: ['(i / 1000.0)::DECIMAL(9,3)', 'dec9'],
  dec18: ['(i * 1234567 / 100000000.0 - 5)::DECIMAL(18,8)', 'dec18'],
  dec38: ["(i * 12345678901 / 10000000000.0 - 5)::DECIMAL(38,10)", 'dec38'],
  same: ['(42.5)::DECIMAL(18,8)', 'same'],
  s: ["'symbol ' || (i % 11)", 's'],
  bytes: ["encode('x' || i)", "decode(bytes)"],
}
const names = Object.keys(types)
await connection.run(`CREATE TABLE full_ AS SELECT i, ${names.map((name) => `${types[name][0]} AS ${name}`).join(', ')} FROM range(5000) t(i)`)
await connection.run(`CREATE TABLE gaps AS SELECT i, ${names.map((name, at) => `CASE WHEN (i + ${at}) % ${at % 2 ? 7 : 3} = 0 OR i BETWEEN 2048 AND 4200 THEN NULL ELSE ${name} END AS ${name}`).join(', ')} FROM full_`)
await connection.run('CREATE TABLE empty_ AS SELECT * FROM full_ LIMIT 0')

async function expected(table) {
  const columns = ['i', ...names]
  const rows = await connection.runAndReadAll(
    `SELECT i::VARCHAR, ${names.map((name) => (name === 'f' || name === 'dbl' ? types[name][1] : `(${types[name][1]})::VARCHAR`)).join(', ')} FROM ${table} ORDER BY i`)
  const values = rows.getColumns()
  return Object.fromEntries(columns.map((name, at) => [name, (values[at] ?? []).map((value) => (value === null ? null : String(value)))]))
}

// small ones, to be damaged
for (const [at, codec] of ['uncompressed', 'snappy', 'gzip', 'brotli'].entries())
  for (const version of ['V1', 'V2'])
    await connection.run(`COPY (SELECT * FROM ${at % 2 ? 'gaps' : 'full_'} WHERE i < 300) TO '${join(folder, `small-${codec}-${version}.parquet`)}' (FORMAT parquet, CODEC '${codec}', PARQUET_VERSION ${version})`)
if (process.argv[3] === 'small') process.exit()

for (const table of ['full_', 'gaps', 'empty_']) {
  console.log(JSON.stringify({ table, values: await expected(table) }))
  for (const codec of ['uncompressed', 'snappy', 'gzip', 'brotli']) {
    for (const version of ['V1', 'V2']) {
      for (const dictionary of [true, false]) {
        const path = join(folder, `duckdb-${table}-${codec}-${version}-${dictionary ? 'dictionary' : 'none'}.parquet`)
        const noDictionary = dictionary ? '' : ', DICTIONARY_SIZE_LIMIT 1'
        await connection.run(`COPY (SELECT * FROM ${table} ORDER BY i) TO '${path}' (FORMAT parquet, CODEC '${codec}', PARQUET_VERSION ${version}, ROW_GROUP_SIZE 2048${noDictionary})`)
        console.log(JSON.stringify({ path, table }))
      }
    }
  }
}

// the same through arrow-rs, which writes its own pages
const source = join(folder, 'duckdb-gaps-uncompressed-V1-none.parquet')
for (const [name, configure] of Object.entries({
  'snappy-1': (p) => p.setCompression(wasm.Compression.SNAPPY).setWriterVersion(wasm.WriterVersion.V1),
  'gzip-2': (p) => p.setCompression(wasm.Compression.GZIP).setWriterVersion(wasm.WriterVersion.V2).setDictionaryEnabled(false),
  'brotli-2': (p) => p.setCompression(wasm.Compression.BROTLI).setWriterVersion(wasm.WriterVersion.V2),
  'delta-2': (p) => p.setCompression(wasm.Compression.UNCOMPRESSED).setWriterVersion(wasm.WriterVersion.V2).setDictionaryEnabled(false),
  'small-pages': (p) => p.setCompression(wasm.Compression.SNAPPY).setDataPageSizeLimit(256).setMaxRowGroupSize(1500).setWriteBatchSize(64),
})) {
  const path = join(folder, `arrow-${name}.parquet`)
  writeFileSync(path, wasm.writeParquet(wasm.readParquet(readFileSync(source)), configure(new wasm.WriterPropertiesBuilder()).build()))
  console.log(JSON.stringify({ path, table: 'gaps' }))
}

const rows = 3000
const range = (make) => Array.from({ length: rows }, (_, i) => make(i))
const own = {
  when: range((i) => new Date(Date.UTC(2024, 6, 16, 13, 30 + i))),
  price: range((i) => (i % 5 === 4 ? null : i / 100)),
  count: range((i) => i * 3 - 100),
  big: range((i) => BigInt(i) * 1000000007n),
  symbol: range((i) => (i % 2 ? 'AAPL' : 'BTC-USD')),
  flag: range((i) => i % 3 === 0),
}
const text = {
  when: own.when.map((value) => String(value.getTime() * 1000)),
  price: own.price.map((value) => (value === null ? null : String(value))),
  count: own.count.map(String),
  big: own.big.map(String),
  symbol: own.symbol,
  flag: own.flag.map((value) => (value ? '1' : '0')),
}
console.log(JSON.stringify({ table: 'hyparquet', values: text }))
for (const codec of ['UNCOMPRESSED', 'SNAPPY']) {
  for (const rowGroupSize of [1000, 3000]) {
    const path = join(folder, `hyparquet-${codec}-${rowGroupSize}.parquet`)
    const columnData = [
      { name: 'when', data: own.when, type: 'TIMESTAMP' },
      { name: 'price', data: own.price, type: 'DOUBLE', nullable: true },
      { name: 'count', data: own.count, type: 'INT32' },
      { name: 'big', data: own.big, type: 'INT64' },
      { name: 'symbol', data: own.symbol, type: 'STRING' },
      { name: 'flag', data: own.flag, type: 'BOOLEAN' },
    ]
    writeFileSync(path, Buffer.from(parquetWriteBuffer({ columnData, codec, rowGroupSize })))
    console.log(JSON.stringify({ path, table: 'hyparquet' }))
  }
}

// what is not supported has to say so
await connection.run(`COPY full_ TO '${join(folder, 'zstd.parquet')}' (FORMAT parquet, CODEC 'zstd')`)
await connection.run(`COPY full_ TO '${join(folder, 'lz4.parquet')}' (FORMAT parquet, CODEC 'lz4_raw')`)
await connection.run(`COPY (SELECT [i, i] AS list, {'a': i} AS struct, i FROM full_) TO '${join(folder, 'nested.parquet')}' (FORMAT parquet)`)
// candles in another order, with other types
await connection.run(`COPY (SELECT 'X' AS symbol, (i * 100)::INTEGER AS volume, i::DOUBLE / 100 AS close, (i / 100.0)::DECIMAL(38,10) AS open, (i + 1)::DOUBLE / 100 AS high, 0::FLOAT AS low,
  (TIMESTAMPTZ '2024-07-16 13:30:00+00' + INTERVAL 1 MINUTE * i) AS date FROM range(1, 391) t(i)) TO '${join(folder, 'candles.parquet')}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`)
