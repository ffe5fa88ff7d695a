import { buildFloor } from './floor.ts';
import { starts } from './start.ts';
import { answerFigures, listFigures } from './tokens.ts';

const line = (what: string, value: string) => console.log(`  ${what.padEnd(48)} ${value}`);

console.log('tokens a model reads (o200k)');
for (const { what, value, bound } of [...listFigures(), ...(await answerFigures())]) {
  line(what, `${value} of ${bound}`);
  if (value > bound) process.exitCode = 1;
}

console.log('start to the answer to tools/list, as a ratio to a bare SDK server with one tool');
const times = await starts([
  { name: 'bare SDK server', args: [await buildFloor()] },
  { name: 'ghl-contacts-mcp', args: ['dist/index.js'] },
  { name: 'ghl-contacts-mcp --sandbox', args: ['dist/index.js', '--sandbox'] },
]);
const floor = times.get('bare SDK server') ?? Number.NaN;
for (const [name, time] of times) line(name, (time / floor).toFixed(2));
