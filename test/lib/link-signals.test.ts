import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { linkSignals } from '../../src/lib/link-signals.ts';

test('a linked signal is aborted with the first of its signals, also with one that was aborted before', () => {
  const [first, second] = [new AbortController(), new AbortController()];
  const { signal } = linkSignals(first.signal, undefined, second.signal);
  expect(signal.aborted).toBe(false);
  second.abort();
  expect(signal.aborted).toBe(true);
  expect(linkSignals(first.signal, second.signal).signal.aborted).toBe(true);
});

test('an unlinked signal leaves no listener on a signal that lives on', () => {
  const shutdown = new AbortController();
  for (let call = 0; call < 100; call += 1) linkSignals(shutdown.signal, new AbortController().signal).unlink();
  expect(getEventListeners(shutdown.signal, 'abort')).toHaveLength(0);
});
