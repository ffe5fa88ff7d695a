import { describe, expect, test } from 'vitest';
import { consent, createWorld, printedAddress } from '../api/auth/world.ts';
import { hasTerminal, startOnTerminal } from './terminal.ts';

describe.skipIf(!hasTerminal)('on a terminal', () => {
  test('login accepts a pasted address', async () => {
    const world = await createWorld();
    const { shown, until, type, ended } = startOnTerminal(world.env, 'login --scopes contacts.readonly');
    await until('Paste the address');
    type(String(await consent(printedAddress(shown()))));
    expect(await ended).toBe(0);
    expect(shown()).toContain('Signed in to ');
  });

  test.each([
    ['yes', 0, 'Signed in to '],
    ['no', 2, 'give only what follows code='],
  ])('an address without state needs a confirmation: %s', async (answer, exitCode, says) => {
    const world = await createWorld();
    const { shown, until, type, ended } = startOnTerminal(world.env, 'login --scopes contacts.readonly');
    await until('Paste the address');
    const address = await consent(printedAddress(shown()));
    address.searchParams.delete('state');
    type(String(address));
    await until('(yes/no)');
    type(answer);
    expect(await ended).toBe(exitCode);
    expect(shown()).toContain(says);
  });

  test('a private token is not shown while it is typed', async () => {
    const world = await createWorld();
    const { shown, until, typeSecret, ended } = startOnTerminal(
      world.env,
      `login --api-key --location ${world.sandbox.locationId}`,
    );
    await until('Private integration token: ');
    await typeSecret(world.sandbox.token);
    expect(await ended).toBe(0);
    expect(shown()).toContain('Signed in to ');
    expect(shown()).not.toContain(world.sandbox.token);
  });
});
