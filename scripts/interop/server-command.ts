import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Programs under test store nothing in the folders of the person who runs them. Exists during a run. */
export const home = join(tmpdir(), `interop-home-${randomUUID()}`);

/** Starts the built server against the embedded sandbox; it asks nobody before it deletes something. */
export const serverCommand = {
  command: process.execPath,
  args: [resolve('dist/index.js'), '--sandbox'],
  /** Complete: clients that pass on little of their own environment start the same server. */
  env: {
    PATH: process.env.PATH ?? '',
    HOME: home,
    XDG_STATE_HOME: home,
    XDG_CONFIG_HOME: home,
    GHL_CONFIRM: 'off',
    LOG_LEVEL: 'warn',
  },
};
