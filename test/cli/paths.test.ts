import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cacheFolder, configFolder, stateFolder } from '../../src/cli/paths.ts';

const APP = 'ghl-contacts-mcp';
const inHome = (...parts: string[]) => join(homedir(), ...parts, APP);
const macOs = inHome('Library', 'Application Support');

test.each([
  ['win32', {}, inHome('AppData', 'Local'), inHome('AppData', 'Roaming')],
  ['win32', { LOCALAPPDATA: '/local', APPDATA: '/roaming' }, join('/local', APP), join('/roaming', APP)],
  [
    'win32',
    { XDG_STATE_HOME: '/state', XDG_CONFIG_HOME: '/config' },
    inHome('AppData', 'Local'),
    inHome('AppData', 'Roaming'),
  ],
  ['darwin', {}, macOs, macOs],
  ['darwin', { XDG_STATE_HOME: '/state', XDG_CONFIG_HOME: '/config' }, macOs, macOs],
  ['linux', {}, inHome('.local', 'state'), inHome('.config')],
  ['linux', { XDG_STATE_HOME: '/state', XDG_CONFIG_HOME: '/config' }, join('/state', APP), join('/config', APP)],
  ['linux', { XDG_STATE_HOME: '', XDG_CONFIG_HOME: '' }, inHome('.local', 'state'), inHome('.config')],
  ['linux', { LOCALAPPDATA: '/local', APPDATA: '/roaming' }, inHome('.local', 'state'), inHome('.config')],
] as const)('the folders on %s with %j', (platform, env, state, config) => {
  expect([stateFolder(env, platform), configFolder(env, platform)]).toEqual([state, config]);
});

test.each([
  ['win32', {}, join(inHome('AppData', 'Local'), 'cache')],
  ['win32', { LOCALAPPDATA: '/local' }, join('/local', APP, 'cache')],
  ['darwin', { XDG_CACHE_HOME: '/cache' }, inHome('Library', 'Caches')],
  ['linux', {}, inHome('.cache')],
  ['linux', { XDG_CACHE_HOME: '/cache' }, join('/cache', APP)],
] as const)('the cache folder on %s with %j', (platform, env, cache) => {
  expect(cacheFolder(env, platform)).toBe(cache);
});
