import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, test } from 'vitest';
import { createWorld, DAY, eight } from './world.ts';

describe('processes that share one store', () => {
  test('two servers with 8 concurrent calls each after expiry: all succeed with one refresh, and no refresh token is used twice', async () => {
    const world = await createWorld();
    await world.signIn();
    const servers = await Promise.all([world.server(), world.server()]);
    for (const server of servers) await server.call('list_contacts');
    world.sandbox.advance(DAY);
    const [one = 0, two = 0] = await Promise.all(servers.map(eight));
    expect(one + two).toBe(16);
    expect(await world.refreshes()).toEqual([expect.objectContaining({ status: 200 })]);
    expect((await world.requests()).filter(({ spentRefreshToken }) => spentRefreshToken)).toEqual([]);
  });

  test('two servers started with an expired token, 8 concurrent calls each: all succeed with one refresh', async () => {
    const world = await createWorld();
    await world.signIn();
    await world.expire();
    const servers = await Promise.all([world.server(), world.server()]);
    const [one = 0, two = 0] = await Promise.all(servers.map(eight));
    expect(one + two).toBe(16);
    expect(await world.refreshes()).toHaveLength(1);
  });

  test('a start with 8 concurrent calls: all succeed with one refresh, and a restart needs no other', async () => {
    const world = await createWorld();
    await world.signIn();
    await world.expire();
    expect(await eight(await world.server())).toBe(8);
    expect(await world.refreshes()).toHaveLength(1);
    expect(await eight(await world.server())).toBe(8);
    expect(await world.refreshes()).toHaveLength(1);
    await world.expire();
    expect(await eight(await world.server())).toBe(8);
    expect(await world.refreshes()).toHaveLength(2);
  });

  test('two servers in two locations of an agency share its token', async () => {
    const world = await createWorld();
    await world.signIn('contacts.readonly oauth.readonly oauth.write', { company: true });
    const [location] = world.sandbox.agencyLocations;
    const ids = [world.sandbox.locationId, location?.id ?? ''];
    await world.expire();
    const servers = await Promise.all(ids.map((GHL_LOCATION_ID) => world.server({ GHL_LOCATION_ID })));
    const [one = 0, two = 0] = await Promise.all(servers.map(eight));
    expect(one + two).toBe(16);
    expect(await world.refreshes()).toHaveLength(1);
    expect((await world.requests()).filter(({ path }) => path === '/oauth/locationToken')).toHaveLength(2);
  });
});

describe('a running server whose owner signs in', () => {
  test('lists the tools of new scopes and uses the new token at once', async () => {
    const world = await createWorld();
    await world.signIn('contacts.readonly');
    const server = await world.server();
    await server.call('list_contacts');
    expect(await server.tools()).not.toContain('create_contact');
    const notified = new Promise((resolve) =>
      server.client.setNotificationHandler(ToolListChangedNotificationSchema, resolve),
    );
    await world.signIn('contacts.readonly contacts.write');
    await notified;
    expect(await server.tools()).toContain('create_contact');
    await server.call('create_contact', { firstName: 'New', lastName: 'Scope' });
    // Of the second login; nothing was refreshed.
    expect(await world.refreshes()).toHaveLength(1);
  });

  test('follows a login and a logout', async () => {
    const world = await createWorld();
    const server = await world.server();
    expect(await server.refused('list_contacts')).toMatch(/^Not signed in to HighLevel: /);
    await world.signIn();
    await server.call('list_contacts');
    await world.run(['logout']);
    expect(await server.refused('list_contacts')).toMatch(/^Not signed in to HighLevel: /);
  });
});
