import { expect, test } from 'vitest';
import { AcknowledgedOutput } from '../../src/cli/acknowledged-output.ts';
import { virtualClock } from '../api/virtual-clock.ts';

/** An output whose consumer ends before the write with number `closedAt`. */
function open(isPipe: boolean, closedAt = Number.POSITIVE_INFINITY) {
  const texts: string[] = [];
  const acknowledged: string[] = [];
  const clock = virtualClock(0);
  const write = (text: string, done: (error?: Error) => void) => {
    if (texts.length >= closedAt) return done(Object.assign(new Error('closed'), { code: 'EPIPE' }));
    texts.push(text);
    done();
  };
  const output = new AcknowledgedOutput({ write }, clock, isPipe);
  const print = (...lines: string[]) =>
    output.write(lines, async () => void acknowledged.push(lines.join(' ') || 'nothing'));
  return { output, print, texts, acknowledged, clock };
}

test('in a pipe, lines are acknowledged by the write after them, the last ones by their newline', async () => {
  const { output, print, texts, acknowledged, clock } = open(true);
  await print('a', 'b');
  expect([texts, acknowledged]).toEqual([['a\nb'], []]);
  await print('c');
  expect([texts.join(''), acknowledged]).toEqual(['a\nb\nc', ['a b']]);
  await output.end();
  expect([texts.join(''), acknowledged, clock.now()]).toEqual(['a\nb\nc\n', ['a b', 'c'], 1_000]);
  await output.end();
  expect(texts.join('')).toBe('a\nb\nc\n');
});

test('an answer without lines is acknowledged with the lines before it', async () => {
  const { output, print, texts, acknowledged } = open(true);
  await print();
  expect(acknowledged).toEqual(['nothing']);
  await print('a');
  await print();
  expect(acknowledged).toEqual(['nothing']);
  await output.end();
  expect([texts.join(''), acknowledged]).toEqual(['a\n', ['nothing', 'nothing']]);
});

test.each([0, 1, 2])(
  'a consumer that ends before write %i: what it may not have read is not acknowledged',
  async (at) => {
    const { output, print, acknowledged } = open(true, at);
    const printed = (async () => {
      await print('a');
      await print('b');
      await output.end();
    })();
    await expect(printed).rejects.toThrow(
      /closed before all lines were read \(EPIPE\); the next run prints them again/,
    );
    await output.end();
    expect(acknowledged).toEqual(at === 2 ? ['a'] : []);
  },
);

test('lines in a file are whole, and acknowledged once they are written', async () => {
  const { output, print, texts, acknowledged, clock } = open(false, 1);
  await print('a', 'b');
  expect([texts, acknowledged]).toEqual([['a\nb\n'], ['a b']]);
  await expect(print('c')).rejects.toThrow('closed before');
  await output.end();
  expect([acknowledged, clock.now()]).toEqual([['a b'], 0]);
});
