// Times DuckDB's Parquet inside its process: an in-memory table to a file, and files to aggregates and to a table. Prints milliseconds that passed and
// milliseconds of processor time, one JSON object per file.
// usage: node bench.mjs FILE OUTPUT THREADS ROUNDS      THREADS 0: DuckDB's own choice
import { statSync } from 'node:fs'
import { DuckDBInstance } from '@duckdb/node-api'

const [file, output, threads, rounds] = process.argv.slice(2)
const connection = await (await DuckDBInstance.create(':memory:')).connect()
if (threads !== '0') await connection.run(`PRAGMA threads=${threads}`)
await connection.run(`CREATE TABLE bars AS SELECT * FROM read_parquet('${file}')`)

async function time(sql) {
  const passed = []
  const processor = []
  for (let round = -2; round < Number(rounds); round++) {
    const before = process.cpuUsage()
    const start = performance.now()
    await connection.run(sql)
    if (round < 0) continue
    passed.push(performance.now() - start)
    const used = process.cpuUsage(before)
    processor.push((used.user + used.system) / 1000)
  }
  const median = (times) => times.sort((a, b) => a - b)[times.length >> 1]
  return { passed: median(passed), processor: median(processor) }
}

const aggregates = (path) =>
  `SELECT max(date), sum(open), sum(high), sum(low), sum(close), sum(volume) FROM read_parquet('${path}')`
for (const version of ['V1', 'V2']) {
  const write = await time(`COPY bars TO '${output}' (FORMAT parquet, CODEC 'snappy', PARQUET_VERSION ${version})`)
  const read = await time(aggregates(output))
  const load = await time(`CREATE OR REPLACE TABLE loaded AS SELECT * FROM read_parquet('${output}')`)
  console.log(JSON.stringify({ file: version, write, read, load, bytes: statSync(output).size }))
}
console.log(JSON.stringify({ file: 'ours', write: { passed: 0, processor: 0 }, read: await time(aggregates(file)), load: await time(`CREATE OR REPLACE TABLE loaded AS SELECT * FROM read_parquet('${file}')`), bytes: statSync(file).size }))
process.exit()
