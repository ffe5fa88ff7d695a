import { expect, test } from 'vitest';
import type { Json } from '../../../src/lib/json.ts';

import { connect, textOf } from '../../connect.ts';
import { EXPORT_FOLDER, everyCall } from '../../every-tool.ts';
import { volume } from '../../volume.ts';

const seed = Number(process.env.ARGUMENTS_SEED ?? 20261121);

/** The same numbers for the same seed. */
function randomly(start: number) {
  let state = start;
  const below = (limit: number): number => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return Math.floor((state / 4_294_967_296) * limit);
  };
  return { below, pick: <T>(items: readonly T[]): T => items[below(items.length)] as T };
}

const deep = (levels: number): unknown => (levels === 0 ? 'x' : [deep(levels - 1)]);
const ODD: readonly unknown[] = [
  ...[
    null,
    true,
    0,
    -1,
    1.5,
    1e21,
    '',
    ' ',
    '\u0000',
    '\ud83d',
    'null',
    '[]',
    '{}',
    '["a"]',
    '{"a":1}',
    '{"gte":null}',
  ],
  ...[
    [],
    {},
    [null],
    [[]],
    [{}],
    { a: null },
    { gte: '2026-02-30' },
    { toString: 1 },
    JSON.parse('{"__proto__":{"x":1}}'),
  ],
  ...['x'.repeat(6_000), '2026-13-01', '__proto__', 'constructor', 'me', deep(20), Array(600).fill('a'), '[[[[', '"a"'],
];
const KEYS = ['__proto__', 'constructor', 'wait_for_previous', 'filters', 'group', 'value', 'tags', 'extra', ''];

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Arguments with one value, at any depth, replaced, left out or added. */
function changed(value: unknown, random: ReturnType<typeof randomly>): unknown {
  const { below, pick } = random;
  if (below(4) === 0) return pick(ODD);
  if (Array.isArray(value) && value.length > 0) {
    const at = below(value.length);
    return value.map((item, i) => (i === at ? changed(item, random) : item));
  }
  if (!isObject(value)) return below(2) === 0 ? JSON.stringify(value) : pick(ODD);
  const keys = Object.keys(value);
  const key = below(5) === 0 || keys.length === 0 ? pick(KEYS) : pick(keys);
  const entries = Object.entries(value).filter(([name]) => name !== key);
  return Object.fromEntries(below(6) === 0 ? entries : [...entries, [key, changed(value[key], random)]]);
}

test(`with random arguments a tool returns a result or names what is wrong (ARGUMENTS_SEED=${seed})`, async () => {
  console.log(`ARGUMENTS_SEED=${seed}`);
  const random = randomly(seed);
  const calls = await everyCall();
  const { client, advance } = await connect({ timezone: 'America/Chicago', exportFolder: EXPORT_FOLDER });
  let refusals = 0;
  const runs = volume(1_000, 300);
  for (let run = 0; run < runs; run += 1) {
    // Keeps the calls below the rate limit.
    advance(1_000);
    const { tool, args } = random.pick(calls);
    const odd = changed(args, random);
    const given = isObject(odd) ? odd : { ...args, extra: odd };
    const result = await client.callTool({ name: tool, arguments: given });
    const named = `${tool} ${JSON.stringify(given).slice(0, 500)}`;
    expect(textOf(result), named).not.toContain('An error inside');
    if (result.isError) refusals += 1;
  }
  console.log(`${runs} calls, ${refusals} refused`);
  expect(refusals).toBeGreaterThan(runs / 3);
  expect(refusals).toBeLessThan(runs);
}, 60_000);
