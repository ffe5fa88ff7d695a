import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';

export type Row = readonly [what: string, ...values: string[]];

/** A table in Markdown that is also readable as text. The columns after the first are aligned to the right. */
export function tableOf(head: Row, rows: readonly Row[]): string {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map((row) => (row[column] ?? '').length)));
  const lineOf = (row: Row) =>
    `| ${widths.map((width, i) => (i === 0 ? (row[i] ?? '').padEnd(width) : (row[i] ?? '').padStart(width))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [lineOf(head), rule, ...rows.map(lineOf)].join('\n');
}

/** When and where figures are measured, as one sentence. Call it first: the load is what other programs use. */
export function measuredWhere(now: Date): string {
  const processors = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `Measured on ${now.toISOString().slice(0, 10)} with Node ${process.version}: ${processors.length} processors (${processors[0]?.model.trim()}), ${memory} GB of memory, ${process.platform} ${process.arch}, load ${loadavg()[0]?.toFixed(1)} before the run.`;
}

const RESULTS = 'bench/RESULTS.md';

/** `text` with the section between the comments of this name replaced. @throws Error if it has no such section */
export function replaceSection(text: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name}: written by npm run ${name} -- --write -->`, `<!-- /${name} -->`];
  const [before, rest] = text.split(start);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`${RESULTS} has no section ${name}`);
  return `${before}${start}\n${content}\n${end}${after}`;
}

/** Replaces one section of the results; the other keeps what an earlier run measured. */
export async function writeSection(name: 'bench' | 'soak', content: string): Promise<void> {
  await writeFile(RESULTS, replaceSection(await readFile(RESULTS, 'utf8'), name, content));
}
