import { expect, test } from 'vitest';
import { Cancellation, cancelSignalOf } from '../../src/lib/cancellation.ts';

test('each listener runs once, unless it was removed before', () => {
  const cancellation = new Cancellation();
  const runs: string[] = [];
  const removed = () => void runs.push('removed');
  cancellation.addEventListener('abort', () => void runs.push('kept'));
  cancellation.addEventListener('abort', removed);
  cancellation.removeEventListener('abort', removed);
  expect(cancellation.aborted).toBe(false);
  cancellation.abort();
  cancellation.abort();
  expect(cancellation.aborted).toBe(true);
  expect(runs).toEqual(['kept']);
});

test('a listener sees that it is aborted, and may remove another one', () => {
  const cancellation = new Cancellation();
  const other = () => expect.unreachable();
  cancellation.addEventListener('abort', () => {
    expect(cancellation.aborted).toBe(true);
    cancellation.removeEventListener('abort', other);
  });
  cancellation.addEventListener('abort', other);
  cancellation.abort();
});

test('a signal made of an AbortSignal is aborted with it, also if it was aborted before', () => {
  const controller = new AbortController();
  const signal = cancelSignalOf(controller.signal);
  const runs: string[] = [];
  signal.addEventListener('abort', () => void runs.push('aborted'));
  expect(signal.aborted).toBe(false);
  controller.abort();
  expect([signal.aborted, cancelSignalOf(controller.signal).aborted]).toEqual([true, true]);
  expect(runs).toEqual(['aborted']);
});
