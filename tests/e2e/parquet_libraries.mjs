// Writes Parquet files with two libraries that know nothing of each other (hyparquet-writer; parquet-wasm, which is
// Apache Arrow's in Rust), reads their footers with hyparquet, and compares what it says of every column with what
// footer_print says. Run where the packages are: parquet_libraries.mjs DIRECTORY FOOTER_PRINT
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { parquetMetadata } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import * as arrow from "apache-arrow";
import * as wasm from "parquet-wasm/node";

const [dir, footer_print] = process.argv.slice(2);
const count = 1000;
const each = f => Array.from({ length: count }, (_, i) => f(i));
const times = each(i => (i + 1) * 0.986175);
const few = each(i => (i % 7) - 3);       // a dictionary pays
const longs = each(i => BigInt(i) * 10n ** 12n - 5n);
const truth = { time: [times[0], times[count - 1]], few: [-3, 3] };

// hyparquet-writer
const hyparquet = (name, options, column_options = {}) => {
  const columnData = [
    { name: "time", data: times, type: "DOUBLE", nullable: false, ...column_options },
    { name: "few", data: few, type: "INT32", ...column_options },
    { name: "longs", data: longs, type: "INT64", ...column_options },
    { name: "ratio", data: each(i => i / 4), type: "FLOAT", ...column_options },
    { name: "name", data: each(i => `case ${i % 5}`), type: "STRING", ...column_options },
    { name: "when", data: each(i => new Date(1e12 + i)), type: "TIMESTAMP" },
    { name: "holes", data: each(i => (i % 3 ? i : null)), type: "DOUBLE", nullable: true, ...column_options },
  ];
  writeFileSync(`${dir}/hyparquet_${name}.parquet`, Buffer.from(parquetWriteBuffer({ columnData, ...options })));
};
hyparquet("one_group", { rowGroupSize: count });
hyparquet("many_groups", { rowGroupSize: 64 });
hyparquet("plain", { rowGroupSize: 300, codec: "UNCOMPRESSED" }, { encoding: "PLAIN" });
hyparquet("no_statistics", { statistics: false });
hyparquet("metadata", { kvMetadata: [{ key: "units", value: "m".repeat(300000) }] });
writeFileSync(`${dir}/hyparquet_nested.parquet`, Buffer.from(parquetWriteBuffer({
  columnData: [
    { name: "disk", data: each(i => ({ time: i * 2.5, tags: [i, i + 1] })) },
    { name: "time", data: times },
  ],
  schema: [
    { name: "root", num_children: 2 },
    { name: "disk", num_children: 2, repetition_type: "REQUIRED" },
    { name: "time", type: "DOUBLE", repetition_type: "REQUIRED" },
    { name: "tags", num_children: 1, converted_type: "LIST", repetition_type: "REQUIRED" },
    { name: "list", num_children: 1, repetition_type: "REPEATED" },
    { name: "element", type: "INT32", repetition_type: "REQUIRED" },
    { name: "time", type: "DOUBLE", repetition_type: "REQUIRED" },
  ],
})));

// parquet-wasm: the Rust implementation of Apache Arrow
const table = new arrow.Table({
  time: arrow.vectorFromArray(times, new arrow.Float64()),
  few: arrow.vectorFromArray(few, new arrow.Int32()),
  longs: arrow.vectorFromArray(longs, new arrow.Int64()),
  ratio: arrow.vectorFromArray(each(i => i / 4), new arrow.Float32()),
  counts: arrow.vectorFromArray(each(i => 4000000000 + i), new arrow.Uint32()),
  name: arrow.vectorFromArray(each(i => `case ${i % 5}`), new arrow.Utf8()),
  when: arrow.vectorFromArray(each(i => new Date(1e12 + i)), new arrow.TimestampMillisecond()),
  holes: arrow.vectorFromArray(each(i => (i % 3 ? i : null)), new arrow.Float64()),
  disk: arrow.vectorFromArray(each(i => ({ time: i * 2.5, tags: [i, i + 1] })), new arrow.Struct([
    new arrow.Field("time", new arrow.Float64(), true),
    new arrow.Field("tags", new arrow.List(new arrow.Field("item", new arrow.Int32(), true)), true),
  ])),
});
const rust = (name, change) => {
  const properties = change(new wasm.WriterPropertiesBuilder()).build();
  const bytes = wasm.writeParquet(wasm.Table.fromIPCStream(arrow.tableToIPC(table, "stream")), properties);
  writeFileSync(`${dir}/rust_${name}.parquet`, bytes);
};
rust("dictionary", b => b.setDictionaryEnabled(true).setCompression(wasm.Compression.SNAPPY));
rust("plain", b => b.setDictionaryEnabled(false).setCompression(wasm.Compression.UNCOMPRESSED));
rust("many_groups", b => b.setMaxRowGroupSize(100).setStatisticsEnabled(wasm.EnabledStatistics.Page));
rust("no_statistics", b => b.setStatisticsEnabled(wasm.EnabledStatistics.None));
rust("statistics_of_chunks", b => b.setStatisticsEnabled(wasm.EnabledStatistics.Chunk).setWriterVersion(wasm.WriterVersion.V2));
rust("metadata", b => b.setKeyValueMetadata(new Map([["units", "m".repeat(300000)]])));

const number = v => (typeof v === "number" && !Number.isNaN(v)) || typeof v === "bigint" ? Number(v) : NaN;
const name_of = column => column.meta_data.path_in_schema.join(".");
let compared = 0, told = 0, wrong = 0;

const compare = (file, column, expected) => {
  const out = execFileSync(footer_print, [column, `${dir}/${file}`], { encoding: "utf8" });
  const found = out.trim().split(" ").slice(1).map(v => (v === "unknown" ? NaN : Number(v)));
  compared++;
  told += !Number.isNaN(expected[3]);
  if (found.length === expected.length && found.every((v, i) => Object.is(v + 0, expected[i] + 0))) return;
  wrong++;
  console.log(`not ok  ${file} ${column}: found ${found}, expected ${expected}`);
};

const look = file => {
  const bytes = readFileSync(`${dir}/${file}`);
  const metadata = parquetMetadata(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const groups = metadata.row_groups;
  for (const name of groups[0].columns.map(name_of)) {
    let min = Infinity, max = -Infinity;
    for (const group of groups) {
      const s = group.columns.find(c => name_of(c) === name).meta_data.statistics || {};
      min = Math.min(min, number(s.min_value ?? s.min)); // NaN once one is lacking
      max = Math.max(max, number(s.max_value ?? s.max));
    }
    if (truth[name] && !Number.isNaN(min) && (min !== truth[name][0] || max !== truth[name][1])) {
      throw new Error(`${file} ${name}: the library itself is wrong`);
    }
    compare(file, name, [Number(metadata.num_rows), groups.length, min, max]);
  }
  compare(file, "nothing", [Number(metadata.num_rows), groups.length, NaN, NaN]);
};
for (const kind of ["one_group", "many_groups", "plain", "no_statistics", "metadata", "nested"]) {
  look(`hyparquet_${kind}.parquet`);
}
for (const kind of ["dictionary", "plain", "many_groups", "no_statistics", "statistics_of_chunks", "metadata"]) {
  look(`rust_${kind}.parquet`);
}
console.log(`${compared} columns compared, ${told} of them with statistics, ${wrong} differ`);
process.exit(wrong > 0 || told < 50 ? 1 : 0);
