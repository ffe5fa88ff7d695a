import { journalFigures, MAX_JOURNAL_RATIO } from './journal.ts';
import { CASES, confirmedRatioOf, MAX_RATIO } from './linear.ts';
import { caseRatios } from './linear-cases.ts';
import { buildMinimalServer } from './minimal-server.ts';
import { ServerProcess, sandboxProcess } from './server-process.ts';
import { median, startDurations } from './start.ts';
import { answerFigures, listFigures } from './tokens.ts';

const line = (what: string, value: string) => console.log(`  ${what.padEnd(62)} ${value}`);
const minimalServer = await buildMinimalServer();

console.log('tokens that a model reads (o200k)');
for (const { what, value, bound } of [...listFigures(), ...(await answerFigures())]) {
  line(what, `${value} of ${bound}`);
  if (value > bound) process.exitCode = 1;
}

console.log(`processor time for ten times the input, as a ratio (linear: 10; at most ${MAX_RATIO})`);
for (const each of CASES) {
  const ratio = await confirmedRatioOf(each);
  line(each.what, ratio.toFixed(1));
  if (ratio > MAX_RATIO) process.exitCode = 1;
}
for (const { what, ratio } of await caseRatios()) {
  line(what, ratio.toFixed(1));
  if (!(ratio <= MAX_RATIO)) process.exitCode = 1;
}

console.log('time from start to the answer to tools/list, relative to a minimal SDK server with one tool');
const times = await startDurations([
  { name: 'minimal SDK server', args: [minimalServer] },
  { name: 'ghl-contacts-mcp', args: ['dist/index.js'] },
  { name: 'ghl-contacts-mcp --sandbox', args: ['dist/index.js', '--sandbox'] },
]);
for (const [name, time] of times) line(name, (time / (times.get('minimal SDK server') ?? Number.NaN)).toFixed(2));

console.log('a call, relative to a minimal SDK server that sends one global fetch and returns the text');
const api = await sandboxProcess();
const ROUNDS = 7;
const [minimal, ours] = [new ServerProcess([minimalServer], api.env), new ServerProcess(['dist/index.js'], api.env)];
for (const server of [minimal, ours]) {
  await server.initialize();
  await server.callsPerSecond(api.ids.slice(0, 1_000), 32);
}
/** The servers alternate, so that a slow moment of the machine affects both. */
const spent = [minimal.cpu(), ours.cpu()] as const;
const durationRatios: number[] = [];
const rateRatios: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const [some, many] = [api.ids.slice(0, 500), api.ids.slice(500)];
  const [theirs, own] = [median(await minimal.callDurations(some)), median(await ours.callDurations(some))];
  durationRatios.push(own / theirs);
  const [rate, ownRate] = [await minimal.callsPerSecond(many, 32), await ours.callsPerSecond(many, 32)];
  rateRatios.push(ownRate / rate);
}
const used = (server: ServerProcess, before: number) => server.cpu() - before;
line('processor time per call (at most 0.7)', (used(ours, spent[1]) / used(minimal, spent[0])).toFixed(2));
line('median duration, one call at a time (at most 0.9)', median(durationRatios).toFixed(2));
line('calls per second with 32 in flight (at least 1.2)', median(rateRatios).toFixed(2));
line('peak memory after these calls (at most 1)', (ours.memory().peak / minimal.memory().peak).toFixed(2));
minimal.end();

console.log(`the journal: median call with it relative to without (at most ${MAX_JOURNAL_RATIO})`);
for (const { what, ratio, bound } of await journalFigures(api)) {
  line(bound === undefined ? `${what} (no limit)` : what, ratio.toFixed(2));
  if (bound !== undefined && ratio > bound) process.exitCode = 1;
}

console.log('memory in a loop: median per ten thousand calls, relative to calls 10,000 to 20,000 (0.9 to 1.1)');
const medians: number[] = [];
for (let decade = 0; decade < 10; decade += 1) {
  const samples: number[] = [];
  for (let thousand = 0; thousand < 10; thousand += 1) {
    await ours.callsPerSecond(api.ids.slice(0, 1_000), 32);
    samples.push(ours.memory().now);
  }
  medians.push(median(samples));
}
for (const [i, mb] of medians.entries()) {
  if (i > 0) line(`to call ${(i + 1) * 10_000}`, (mb / (medians[1] ?? Number.NaN)).toFixed(2));
}
ours.end();
api.end();
