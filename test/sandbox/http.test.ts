import { expect, test } from 'vitest';
import { type SandboxOptions, serveSandbox } from '../../src/sandbox/index.ts';
import { type Json, openSandbox } from './api.ts';

async function withServer(
  use: (api: ReturnType<typeof openSandbox> & { url: string }) => Promise<void>,
  options: SandboxOptions = {},
) {
  const api = openSandbox(options);
  const { url, close } = await serveSandbox(api.sandbox);
  try {
    await use({ ...api, url });
  } finally {
    await close();
  }
}

const headersOf = (token: string) => ({ Authorization: `Bearer ${token}`, Version: '2021-07-28' });

test('the API is served on loopback, a DELETE with a body included', () =>
  withServer(async ({ url, sandbox, create }) => {
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const id = await create({ tags: ['a', 'b'] });
    const response = await fetch(`${url}/contacts/${id}/tags`, {
      method: 'DELETE',
      headers: { ...headersOf(sandbox.token), 'Content-Type': 'application/json' },
      body: JSON.stringify({ tags: ['a'] }),
    });
    expect(await response.json()).toEqual({ tags: ['b'], tagsRemoved: ['a'] });
  }));

test('nextPageUrl refers to the same server', () =>
  withServer(async ({ url, sandbox, locationId }) => {
    const response = await fetch(`${url}/contacts/?locationId=${locationId}`, { headers: headersOf(sandbox.token) });
    const { meta } = (await response.json()) as Json;
    expect(meta.nextPageUrl).toMatch(new RegExp(`^${url}/contacts/\\?locationId=`));
  }));

test('requests are recorded, except those to control endpoints', () =>
  withServer(async ({ url, get }) => {
    await get('/contacts/x?a=1');
    await fetch(`${url}/nowhere`);
    const requests = await (await fetch(`${url}/__sandbox/requests`)).json();
    expect(requests).toEqual([
      { at: '2026-05-20T12:00:00.000Z', method: 'GET', path: '/contacts/x?a=1', status: 400 },
      { at: '2026-05-20T12:00:00.000Z', method: 'GET', path: '/nowhere', status: 404 },
    ]);
  }));

test('the clock can be advanced', () =>
  withServer(
    async ({ url, create, search }) => {
      await create({ firstName: 'Zelda' });
      expect((await search({ query: 'zelda' })).body.total).toBe(0);
      await fetch(`${url}/__sandbox/clock`, { method: 'POST', body: JSON.stringify({ advanceMs: 5000 }) });
      expect((await search({ query: 'zelda' })).body.total).toBe(1);
    },
    { indexDelayMs: 5000 },
  ));

test.each(['', '[]', '{"advanceMs":"5"}'])('the clock rejects %j', (body) =>
  withServer(async ({ url }) => {
    expect((await fetch(`${url}/__sandbox/clock`, { method: 'POST', body })).status).toBe(422);
  }),
);

test('reset restores the seeded business', () =>
  withServer(async ({ url, create, search }) => {
    await create({});
    await fetch(`${url}/__sandbox/reset`, { method: 'POST' });
    expect((await search()).body.total).toBe(48);
  }));

test('a port in use is an error', () =>
  withServer(async ({ url, sandbox }) => {
    await expect(serveSandbox(sandbox, Number(new URL(url).port))).rejects.toThrow('EADDRINUSE');
  }));
