import { describe, expect, test } from 'vitest';
import { fixedCredential } from '../../src/api/credentials.ts';
import { fetchTransport } from '../../src/api/transport/index.ts';
import type { Json } from '../../src/lib/json.ts';

import { createSandbox } from '../../src/sandbox/index.ts';
import { TOKEN } from '../api/layer.ts';
import { CONTACTS, type Connected, connect, find, NOW } from '../connect.ts';
import { HELLO, rpc, start } from '../program.ts';

const status = async (client: Connected['client']): Promise<Json> => {
  const { contents } = await client.readResource({ uri: 'ghl://status' });
  expect(contents).toMatchObject([{ uri: 'ghl://status', mimeType: 'application/json' }]);
  return JSON.parse((contents[0] as { text: string }).text) as Json;
};

const NOTHING = { calls: 0, tries: 0, retries: 0, limited: 0, errors: 0, writes: 0, unknown: 0, cached: 0 };

describe('ghl://status', () => {
  test('shows account, scopes, quota, breaker and metrics, before the first request and without sending one', async () => {
    const { client, sandbox, sent } = await connect({ scopes: CONTACTS });
    expect(await status(client)).toEqual({
      account: { locationId: sandbox.locationId, sandbox: true },
      scopes: CONTACTS,
      quota: { waiting: 0 },
      breaker: { state: 'closed' },
      lastDay: NOTHING,
    });
    expect(await sent()).toEqual([]);
  });

  test('metrics and quota change with calls, and metrics expire after a day', async () => {
    const { client, call, refused, advance } = await connect({ sandbox: { rate: 100 } });
    const { id } = await find(call, 'maria');
    await call('get_contact', { contactId: id });
    await call('get_contact', { contactId: id });
    await call('add_contact_tags', { contactId: id, tags: ['vip'] });
    await refused('get_contact', { contactId: 'aaaaaaaaaaaaaaaaaaaa' });
    const { quota, lastDay } = await status(client);
    // Five calls of tools, and two lookups: the names of users and of custom fields.
    expect(lastDay).toMatchObject({ calls: 7, writes: 1, errors: 1, cached: 1, retries: 0, limited: 0, unknown: 0 });
    const { tries } = lastDay as { tries: number };
    expect(tries).toBeGreaterThanOrEqual(4);
    expect(quota).toMatchObject({ remaining: 100 - tries, dailyRemaining: 200_000 - tries, dailyLimit: 200_000 });
    advance(23 * 3_600_000);
    expect((await status(client)).lastDay).toEqual(lastDay);
    advance(3_600_000);
    expect((await status(client)).lastDay).toEqual(NOTHING);
  });

  test('shows an open breaker with the time of the next attempt, and the pause after a 429', async () => {
    const { client, call, refused, sandbox } = await connect({ api: { policy: { attempts: 1, base: 0, cap: 0 } } });
    const { id } = await find(call, 'maria');
    sandbox.setFaults([{ route: '*', fault: { status: 503 } }]);
    for (let n = 0; n < 8; n += 1) await refused('get_contact', { contactId: id });
    expect((await status(client)).breaker).toEqual({ state: 'open', until: '2026-11-20T09:00:15-06:00' });
    expect((await status(client)).lastDay).toMatchObject({ errors: 8 });

    const other = await connect({ api: { policy: { attempts: 1, base: 0, cap: 0 } } });
    other.sandbox.setFaults([{ route: '*', fault: { status: 429, headers: { 'retry-after': '7' } } }]);
    await other.refused('get_contact', { contactId: id });
    expect(await status(other.client)).toMatchObject({
      quota: { heldUntil: '2026-11-20T09:00:07-06:00' },
      breaker: { state: 'closed' },
      lastDay: { limited: 1, errors: 1 },
    });
  });

  test('holds no secret and no CRM data', async () => {
    const sandbox = createSandbox({ now: () => NOW, rate: 'off' });
    sandbox.issueToken({ token: TOKEN, scopes: CONTACTS });
    const { client, call } = await connect({
      api: {
        transport: fetchTransport(sandbox.fetch),
        credential: fixedCredential({ token: TOKEN, locationId: sandbox.locationId }),
      },
    });
    const { id } = await find(call, 'maria');
    const text = JSON.stringify(await status(client));
    expect(text).not.toMatch(/pit-|bearer|token/i);
    expect(text).not.toMatch(/maria/i);
    expect(text).not.toContain(id);
  });

  test('the program shows the kind of its credential, and what is missing', async () => {
    const ask = async (args: string[], env: Record<string, string>) => {
      const program = start(args, { GHL_JOURNAL: 'off', ...env });
      program.send(HELLO);
      program.send(rpc(2, 'resources/read', { uri: 'ghl://status' }));
      const { result } = await program.answer(2);
      program.child.stdin.end();
      expect(await program.ended).toBe(0);
      return (result as { contents: { text: string }[] }).contents[0]?.text ?? '';
    };
    const account = { GHL_LOCATION_ID: 'bbbbbbbbbbbbbbbbbbbb' };
    const owner = await ask([], { ...account, GHL_API_KEY: TOKEN });
    expect(JSON.parse(owner)).toMatchObject({ account: { credential: 'private integration token' } });
    expect(owner).not.toContain(TOKEN);
    expect(JSON.parse(await ask([], { ...account, GHL_API_KEY: 'abc.def.ghi' }))).toMatchObject({
      account: { locationId: 'bbbbbbbbbbbbbbbbbbbb', credential: 'bearer token' },
    });
    expect(JSON.parse(await ask([], {})).account.missing).toMatch(/^Not signed in to HighLevel/);
    expect(JSON.parse(await ask(['--sandbox'], {})).account).toMatchObject({
      sandbox: true,
      credential: 'of the sandbox',
    });
  });
});
