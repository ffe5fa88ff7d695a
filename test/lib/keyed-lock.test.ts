import { expect, test } from 'vitest';
import { KeyedLock } from '../../src/lib/keyed-lock.ts';

test('runs with one key are sequential; runs with other keys do not wait', async () => {
  const locks = new KeyedLock();
  const log: string[] = [];
  const run = (name: string, ...keys: string[]) =>
    locks.hold(keys, async () => {
      log.push(`${name} begins`);
      await Promise.resolve();
      await Promise.resolve();
      log.push(`${name} ends`);
      if (name === 'b') throw new Error('b');
    });
  const all = [run('a', '1', '2'), run('b', '2', '3'), run('c', '3', '1'), run('d', '4')];
  expect((await Promise.allSettled(all)).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
  ]);
  const inOrder = log.filter((line) => !line.startsWith('d'));
  expect(inOrder).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  expect(log.indexOf('d begins')).toBeLessThan(log.indexOf('a ends'));
});
