import { expect, test } from 'vitest';
import { parseFaults } from '../../src/sandbox/index.ts';
import { client, openSandbox } from './api.ts';

test('every response has the six headers', async () => {
  const { get } = openSandbox({ rate: 100 });
  const { headers } = await get('/nowhere');
  expect(headers.get('X-RateLimit-Daily-Reset')).toBe('86400000');
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

test('the window ends ten seconds after its first request', async () => {
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

test('reset clears the window', async () => {
  const { get, sandbox } = openSandbox({ rate: 1 });
  await get('/contacts/x');
  sandbox.reset();
  expect((await get('/contacts/x')).status).toBe(400);
});

test('the day begins with its first request, and the header has the ms until its end', async () => {
  const { get, sandbox } = openSandbox({ rate: 25, dailyRate: 2 });
  const day = async () => {
    const { status, headers } = await get('/contacts/x');
    const names = ['Limit-Daily', 'Daily-Remaining', 'Daily-Reset', 'Remaining'];
    return [status, ...names.map((name) => Number(headers.get(`X-RateLimit-${name}`)))];
  };
  expect(await day()).toEqual([400, 2, 1, 86_400_000, 24]);
  // Past midnight, which does not end the day: it began at noon.
  sandbox.advance(13 * 3_600_000 + 400);
  expect(await day()).toEqual([400, 2, 0, 11 * 3_600_000, 24]);
  sandbox.advance(10_000);
  expect(await day()).toEqual([429, 2, 0, 11 * 3_600_000 - 10_000, 25]);
  sandbox.advance(11 * 3_600_000);
  expect(await day()).toEqual([400, 2, 1, 86_400_000, 24]);
});

test.each([
  ['gateway 401', 401, { statusCode: 401, message: 'Command timed out' }],
  ['day spent', 429, { statusCode: 429, message: 'Too Many Requests' }],
] as const)('the fault preset "%s"', async (fault, status, body) => {
  const { get, sandbox } = openSandbox();
  sandbox.setFaults(parseFaults([{ route: '*', nth: 1, fault }]));
  expect(await get('/contacts/x')).toMatchObject({ status, body });
  expect((await get('/contacts/x')).status).toBe(400);
  expect(() => parseFaults([{ route: '*', fault: 'bad luck' }])).toThrow('none of the presets gateway 401');
});

test('retryAfter: a 429 has the header', async () => {
  const { get, sandbox } = openSandbox({ rate: 1, switches: { retryAfter: true } });
  await get('/contacts/x');
  sandbox.advance(4_000);
  expect((await get('/contacts/x')).headers.get('Retry-After')).toBe('6');
});

test('without a limit the headers have a large quota', async () => {
  const { get } = openSandbox({ rate: 'off' });
  expect(Number((await get('/contacts/x')).headers.get('X-RateLimit-Remaining'))).toBeGreaterThan(1_000_000);
});
