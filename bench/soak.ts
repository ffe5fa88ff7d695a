import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { randomOf } from '../test/random.ts';
import { median } from './figure.ts';
import { residentMemory } from './process-use.ts';
import { measuredWhere, type Row, tableOf, writeSection } from './results.ts';
import { startSandbox } from './sandbox-process.ts';
import { CallSource } from './soak/call-source.ts';
import { compareRecords, State } from './soak/check.ts';
import { SoakClient, Tally } from './soak/client.ts';
import { faultRules, occurrences } from './soak/faults.ts';
import { compareJournal } from './soak/journal.ts';
import type { ExpectedRecord } from './soak/records.ts';
import { RequestCount } from './soak/requests.ts';

const HOSTS = 2;
const CALLS_IN_FLIGHT = 10;
const SAMPLE_MS = 10_000;
/** More than the quota admits, because the requests that it refuses have faults as well. */
const MAX_REQUESTS_PER_MINUTE = 2_000;
/** Memory in the last quarter of the run relative to the second quarter. */
const FLAT = { least: 0.9, most: 1.1 };
const INDEX_DELAY_MS = '2000';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string', default: '20261121' }, write: { type: 'boolean', default: false } },
});
const minutes = Number(positionals[0] ?? 20);
const seed = Number(values.seed);
const measured = measuredWhere(new Date());
console.log(`soak of ${minutes} minutes, seed ${seed}`);

const folder = await mkdtemp(join(tmpdir(), 'soak-'));
const rules = faultRules(Math.ceil(minutes * MAX_REQUESTS_PER_MINUTE), randomOf(seed));
await writeFile(join(folder, 'faults.json'), JSON.stringify(rules));
const sandbox = await startSandbox({ GHL_SANDBOX_INDEX_DELAY_MS: INDEX_DELAY_MS }, [
  '--faults',
  join(folder, 'faults.json'),
]);
const settings = {
  ...sandbox.env,
  GHL_SCOPES: 'contacts.readonly contacts.write workflows.readonly',
  GHL_CONFIRM: 'off',
  GHL_TIMEZONE: 'UTC',
  GHL_JOURNAL: join(folder, 'journal.jsonl'),
  XDG_STATE_HOME: folder,
};
const hosts = Array.from({ length: HOSTS }, () => new SoakClient(settings));
for (const host of hosts) await host.start();

const tally = new Tally();
const expected: ExpectedRecord[] = [];
const requests = new RequestCount(sandbox);
const memory = hosts.map((): number[] => []);
const over = Date.now() + minutes * 60_000;
const isOver = () => Date.now() >= over;

async function sample(): Promise<void> {
  while (!isOver()) {
    await wait(Math.min(SAMPLE_MS, Math.max(0, over - Date.now())));
    for (const [i, host] of hosts.entries()) memory[i]?.push(residentMemory(host.pid).now);
    await requests.update();
  }
}

const workers = hosts.flatMap((host, h) =>
  Array.from({ length: CALLS_IN_FLIGHT }, (_, w) => {
    const source = new CallSource(`h${h + 1}w${w + 1}`, randomOf(seed + 1 + h * CALLS_IN_FLIGHT + w), expected);
    return host.run(source, tally, isOver);
  }),
);
await Promise.all([sample(), ...workers]);
await Promise.all(hosts.map((host) => host.end()));
await requests.update(Number.POSITIVE_INFINITY);

const state = State.parse(await (await fetch(`${sandbox.url}/__sandbox/state`)).json());
sandbox.end();
const { lost, doubled, wrong } = compareRecords(expected, state);
const journal = await compareJournal(folder, tally);
await rm(folder, { recursive: true });

const { writes, unanswered, contradictions } = tally;
const findings: readonly (readonly [what: string, sentences: readonly string[]])[] = [
  ['records that were reported and are lost', lost],
  ['records that exist more often than was reported', doubled],
  ['fields with another value than was reported', wrong],
  ['reads that contradict earlier answers', contradictions],
  ['calls without an answer', unanswered],
  ['disagreements of the journal with the answers', journal],
];
const quarter = (samples: readonly number[], nth: number) =>
  median(samples.slice(Math.floor((samples.length * (nth - 1)) / 4), Math.floor((samples.length * nth) / 4)));
const growth = memory.map((samples) => quarter(samples, 4) / quarter(samples, 2));
const isFlat = growth.every((ratio) => ratio >= FLAT.least && ratio <= FLAT.most);

const rows: Row[] = [
  ['minutes', String(minutes)],
  ['hosts, calls in flight of each', `${HOSTS}, ${CALLS_IN_FLIGHT}`],
  ['reads answered, failed among them', `${tally.reads}, ${tally.failedReads}`],
  ['writes answered "done"', String(writes.done)],
  ['writes answered as refused or not done', String(writes.notDone)],
  ['writes answered as not known', String(writes.unknown)],
  ['calls that repeated such a write, not sent again', String(tally.repeated)],
  ['requests, refused with 429 among them', `${requests.total}, ${requests.rateLimited}`],
  ...occurrences(rules, requests.total).map(([what, times]): Row => [`fault: ${what}`, String(times)]),
  ...findings.map(([what, sentences]): Row => [what, String(sentences.length)]),
  ...memory.map(
    (samples, i): Row => [
      `memory of server ${i + 1} in MB: second quarter, last quarter, ratio (${FLAT.least} to ${FLAT.most})`,
      `${quarter(samples, 2).toFixed(0)}, ${quarter(samples, 4).toFixed(0)}, ${growth[i]?.toFixed(2)}`,
    ],
  ),
];
const table = tableOf(['', `seed ${seed}`], rows);
console.log(table);
for (const sentence of findings.flatMap(([, sentences]) => sentences)) console.log(sentence);
if (!isFlat || findings.some(([, sentences]) => sentences.length > 0)) process.exitCode = 1;
if (values.write) await writeSection('soak', `${measured}\n\n${table}`);
