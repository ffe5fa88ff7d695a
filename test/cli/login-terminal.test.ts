import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { consent, createWorld, printedAddress, type World } from '../api/auth/world.ts';
import { PROGRAM } from '../program.ts';

describe.skipIf(!existsSync('/usr/bin/script'))('on a terminal', () => {
  /** Runs the program on a pseudo terminal. */
  function terminal(world: World, command: string) {
    const child = spawn('/usr/bin/script', ['-qec', `"${process.execPath}" "${PROGRAM}" ${command}`, '/dev/null'], {
      env: world.env,
    });
    onTestFinished(() => void child.kill());
    let shown = '';
    child.stdout.on('data', (chunk) => {
      shown += chunk;
    });
    return {
      shown: () => shown.replaceAll('\r', ''),
      until: (text: string) => expect.poll(() => shown, { timeout: 20_000 }).toContain(text),
      type: (text: string) => child.stdin.write(`${text}\r`),
      ended: new Promise<number | null>((resolve) => child.once('close', resolve)),
    };
  }

  test('login accepts a pasted address', async () => {
    const world = await createWorld();
    const { shown, until, type, ended } = terminal(world, 'login --scopes contacts.readonly');
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
    const { shown, until, type, ended } = terminal(world, 'login --scopes contacts.readonly');
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
    const { shown, until, type, ended } = terminal(world, `login --api-key --location ${world.sandbox.locationId}`);
    await until('Private integration token: ');
    // The prompt appears before the terminal's echo is off.
    await new Promise((resolve) => setTimeout(resolve, 200));
    type(world.sandbox.token);
    expect(await ended).toBe(0);
    expect(shown()).toContain('Signed in to ');
    expect(shown()).not.toContain(world.sandbox.token);
  });
});
