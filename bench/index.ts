import { Measured, sandboxProcess } from './calls.ts';
import { buildFloor } from './floor.ts';
import { median, starts } from './start.ts';
import { answerFigures, listFigures } from './tokens.ts';

const line = (what: string, value: string) => console.log(`  ${what.padEnd(52)} ${value}`);
const floorProgram = await buildFloor();

console.log('tokens a model reads (o200k)');
for (const { what, value, bound } of [...listFigures(), ...(await answerFigures())]) {
  line(what, `${value} of ${bound}`);
  if (value > bound) process.exitCode = 1;
}

console.log('start to the answer to tools/list, as a ratio to a bare SDK server with one tool');
const times = await starts([
  { name: 'bare SDK server', args: [floorProgram] },
  { name: 'ghl-contacts-mcp', args: ['dist/index.js'] },
  { name: 'ghl-contacts-mcp --sandbox', args: ['dist/index.js', '--sandbox'] },
]);
for (const [name, time] of times) line(name, (time / (times.get('bare SDK server') ?? Number.NaN)).toFixed(2));

console.log('a call, as a ratio to a bare SDK server that does one global fetch and returns the text');
const api = await sandboxProcess();
const ROUNDS = 6;
const pair = [new Measured([floorProgram], api.env), new Measured(['dist/index.js'], api.env)] as const;
const [floor, ours] = pair;
const calls: [number[], number[]] = [[], []];
const rates: [number[], number[]] = [[], []];
for (const server of pair) {
  await server.hello();
  await server.oneByOne(api.ids.slice(0, 200));
}
for (let round = 0; round < ROUNDS; round += 1) {
  const ids = api.ids.slice(round * 400 + 200, round * 400 + 600);
  for (const [i, server] of pair.entries()) {
    calls[i as 0 | 1].push(...(await server.oneByOne(ids.slice(0, 150))));
    rates[i as 0 | 1].push(await server.together(ids.slice(150), 32));
  }
}
const ratio = ([base, own]: [number[], number[]]) => (median(own) / median(base)).toFixed(2);
line('median call, one by one (at most 0.85)', ratio(calls));
line('calls per second with 32 in flight (at least 1.4)', ratio(rates));
line('peak memory after these calls (at most 1)', (ours.memory().peak / floor.memory().peak).toFixed(2));
floor.end();

console.log(
  'memory in a loop: the median over ten thousand calls, as a ratio to that from call 10,000 on (0.9 to 1.1)',
);
const decades: number[] = [];
for (let decade = 0; decade < 10; decade += 1) {
  const held: number[] = [];
  for (let thousand = 0; thousand < 10; thousand += 1) {
    await ours.together(api.ids.slice(0, 1_000), 32);
    held.push(ours.memory().now);
  }
  decades.push(median(held));
}
for (const [i, mb] of decades.entries()) {
  if (i > 0) line(`to call ${(i + 1) * 10_000}`, (mb / (decades[1] ?? Number.NaN)).toFixed(2));
}
ours.end();
api.end();
