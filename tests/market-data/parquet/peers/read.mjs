// Reads candle files with independent implementations and prints their values as exact text, one JSON object per file.
// usage: node read.mjs FILE…
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { DuckDBInstance } from '@duckdb/node-api'
import { parquetMetadata, parquetRead, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'

const names = ['date', 'open', 'high', 'low', 'close', 'volume']

/** @param {string[][]} columns */
function digest(columns) {
  const hash = createHash('sha256')
  const rows = columns.length ? columns[0].length : 0
  for (let row = 0; row < rows; row++) hash.update(columns.map((column) => column[row]).join('|') + '\n')
  return { rows, sha256: hash.digest('hex'), first: rows ? columns.map((column) => column[0]).join('|') : '' }
}

async function duckdb(connection, path) {
  const file = `'${path.replaceAll("'", "''")}'`
  const values = await connection.runAndReadAll(
    `SELECT epoch_us(date)::VARCHAR, open::VARCHAR, high::VARCHAR, low::VARCHAR, close::VARCHAR, volume::VARCHAR FROM read_parquet(${file})`)
  const types = await connection.runAndReadAll(`DESCRIBE SELECT * FROM read_parquet(${file})`)
  const pairs = await connection.runAndReadAll(`SELECT decode(key), decode(value) FROM parquet_kv_metadata(${file})`)
  const stats = await connection.runAndReadAll(
    `SELECT path_in_schema, min(stats_min_value::TIMESTAMPTZ)::VARCHAR FROM parquet_metadata(${file}) WHERE path_in_schema = 'date' GROUP BY 1`)
  const chunks = await connection.runAndReadAll(`SELECT DISTINCT compression, encodings FROM parquet_metadata(${file}) ORDER BY ALL`)
  return {
    ...digest(values.getColumns()),
    types: types.getRows().map((row) => `${row[0]} ${row[1]} ${row[2]}`),
    metadata: Object.fromEntries(pairs.getRows()),
    hasStatistics: stats.getRows().every((row) => row[1] !== null),
    chunks: chunks.getRows().map((row) => row.join(' ')),
  }
}

/** @param {bigint} units @returns {string} DECIMAL(18,8) as text */
function decimal(units) {
  const digits = (units < 0n ? -units : units).toString().padStart(9, '0')
  return `${units < 0n ? '-' : ''}${digits.slice(0, -8)}.${digits.slice(-8)}`
}

async function hyparquet(path) {
  const bytes = readFileSync(path)
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  const meaning = parquetMetadata(file).schema.slice(1).map((element) => `${element.name} ${element.type} ${element.logical_type.type} ${element.repetition_type}`)
  // without their meaning the columns come as the integers they are, where numbers of JavaScript would round
  const metadata = parquetMetadata(file)
  for (const element of metadata.schema) {
    delete element.converted_type
    delete element.logical_type
  }
  const columns = names.map(() => [])
  await parquetRead({
    file,
    metadata,
    compressors,
    onChunk: ({ columnName, columnData }) => {
      const at = names.indexOf(columnName)
      for (const value of columnData) columns[at].push(at === 0 ? value.toString() : decimal(value))
    },
  })
  const head = await parquetReadObjects({ file, compressors, rowEnd: 1 })
  return {
    ...digest(columns),
    types: meaning,
    metadata: Object.fromEntries((metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value])),
    firstDate: head.length ? head[0].date.toISOString() : '',
  }
}

const connection = await (await DuckDBInstance.create(':memory:')).connect()
await connection.run("SET TimeZone = 'UTC'")
for (const path of process.argv.slice(2))
  console.log(JSON.stringify({ path, duckdb: await duckdb(connection, path), hyparquet: await hyparquet(path) }))
