import { Measured, sandboxProcess } from './calls.ts';
import { buildFloor } from './floor.ts';
import { MOST, steadyRatioOf, WORKS } from './linear.ts';
import { median, starts } from './start.ts';
import { answerFigures, listFigures } from './tokens.ts';
import { moreFigures } from './works.ts';

const line = (what: string, value: string) => console.log(`  ${what.padEnd(52)} ${value}`);
const floorProgram = await buildFloor();

console.log('tokens a model reads (o200k)');
for (const { what, value, bound } of [...listFigures(), ...(await answerFigures())]) {
  line(what, `${value} of ${bound}`);
  if (value > bound) process.exitCode = 1;
}

console.log(`ten times the input, as a ratio of the work (at most ${MOST})`);
for (const work of WORKS) {
  const ratio = await steadyRatioOf(work);
  line(work.what, ratio.toFixed(1));
  if (ratio > MOST) process.exitCode = 1;
}
for (const { what, ratio } of await moreFigures()) {
  line(what, ratio.toFixed(1));
  if (!(ratio <= MOST)) process.exitCode = 1;
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
const ROUNDS = 7;
const [floor, ours] = [new Measured([floorProgram], api.env), new Measured(['dist/index.js'], api.env)];
for (const server of [floor, ours]) {
  await server.hello();
  await server.together(api.ids.slice(0, 1_000), 32);
}
/** In turn and pair by pair, so that a slow moment of the machine hits both alike. */
const spent = [floor.cpu(), ours.cpu()] as const;
const slower: number[] = [];
const faster: number[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const [some, many] = [api.ids.slice(0, 500), api.ids.slice(500)];
  const [theirs, own] = [median(await floor.oneByOne(some)), median(await ours.oneByOne(some))];
  slower.push(own / theirs);
  const [rate, ownRate] = [await floor.together(many, 32), await ours.together(many, 32)];
  faster.push(ownRate / rate);
}
const used = (server: Measured, before: number) => server.cpu() - before;
line('processor time of a call', (used(ours, spent[1]) / used(floor, spent[0])).toFixed(2));
line('median call, one by one (at most 0.85)', median(slower).toFixed(2));
line('calls per second with 32 in flight (at least 1.4)', median(faster).toFixed(2));
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
