import { expect, test } from 'vitest';
import { client, openSandbox } from './api.ts';

test('every answer carries the five headers', async () => {
  const { get } = openSandbox({ rate: 100 });
  const { headers } = await get('/nowhere');
  expect(headers.get('X-RateLimit-Max')).toBe('100');
  expect(headers.get('X-RateLimit-Remaining')).toBe('99');
  expect(headers.get('X-RateLimit-Interval-Milliseconds')).toBe('10000');
  expect(headers.get('X-RateLimit-Limit-Daily')).toBe('200000');
  expect(headers.get('X-RateLimit-Daily-Remaining')).toBe('199999');
});

test('the request over the limit is a 429, without Retry-After', async () => {
  const { get } = openSandbox({ rate: 2 });
  await get('/contacts/x');
  await get('/contacts/x');
  const { status, body, headers } = await get('/contacts/x');
  expect(status).toBe(429);
  expect(body).toEqual({ statusCode: 429, message: 'Too Many Requests' });
  expect(headers.get('Retry-After')).toBeNull();
  expect(headers.get('X-RateLimit-Remaining')).toBe('0');
});

test('the window ends ten seconds after it began', async () => {
  const { get, sandbox } = openSandbox({ rate: 1 });
  await get('/contacts/x');
  sandbox.advance(9_999);
  expect((await get('/contacts/x')).status).toBe(429);
  sandbox.advance(1);
  expect((await get('/contacts/x')).status).toBe(400);
});

test('each token has its own window', async () => {
  const { get, sandbox } = openSandbox({ rate: 1 });
  await get('/contacts/x');
  const other = client(sandbox, sandbox.issueToken({ scopes: ['contacts.readonly'] }));
  expect((await other.get('/contacts/x')).status).toBe(400);
});

test('reset empties the window', async () => {
  const { get, sandbox } = openSandbox({ rate: 1 });
  await get('/contacts/x');
  sandbox.reset();
  expect((await get('/contacts/x')).status).toBe(400);
});

test('the daily count starts again at midnight', async () => {
  const { get, sandbox } = openSandbox({ rate: 100 });
  await get('/contacts/x');
  sandbox.advance(13 * 3_600_000);
  expect((await get('/contacts/x')).headers.get('X-RateLimit-Daily-Remaining')).toBe('199999');
});

test('Retry-After can be switched on', async () => {
  const { get, sandbox } = openSandbox({ rate: 1, switches: { retryAfter: true } });
  await get('/contacts/x');
  sandbox.advance(4_000);
  expect((await get('/contacts/x')).headers.get('Retry-After')).toBe('6');
});

test('without a limit the headers announce plenty', async () => {
  const { get } = openSandbox({ rate: 'off' });
  expect(Number((await get('/contacts/x')).headers.get('X-RateLimit-Remaining'))).toBeGreaterThan(1_000_000);
});
