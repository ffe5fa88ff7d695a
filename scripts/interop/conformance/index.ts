import { resolve } from 'node:path';
import type { Plugin } from 'esbuild';
import { bundle } from '../../bundle.ts';
import type { Installed } from '../packages.ts';
import type { InteropProgram } from '../program.ts';
import { serverCommand } from '../server-command.ts';
import { serveBridge } from './bridge.ts';

/** In the repository, where Node finds the native packages. */
const OUTPUT = 'build/conformance';

/** The revision of the protocol whose required scenarios run. */
const REVISION = '2025-11-25';

const OVERLAY = resolve('scripts/interop/conformance/overlay.ts');

/** Bundles the server with the fixture of the suite laid over it. */
const overlay: Plugin = {
  name: 'conformance-fixture',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/mcp\/server\.ts$/ }, ({ importer }) =>
      importer === OVERLAY ? undefined : { path: OVERLAY },
    ),
};

async function runSuite({ command }: Installed): Promise<string> {
  await bundle(OUTPUT, [overlay]);
  const bridge = await serveBridge({ ...serverCommand, args: [resolve(OUTPUT, 'index.js'), '--sandbox'] });
  try {
    const args = ['server', '--url', bridge.url, '--requirements', REVISION];
    const { code, stdout, stderr } = await command('conformance', args);
    if (code !== 0) throw new Error(linesWith('✗', stdout).join('\n') || stderr);
    return summarize(stdout);
  } finally {
    await bridge.close();
  }
}

const linesWith = (text: string, output: string) => output.split('\n').filter((line) => line.includes(text));

/** The suite lists every scenario, and again, indented, those that the revision does not require. */
function summarize(stdout: string): string {
  const notRequired = new Set(linesWith('  ', stdout).flatMap((line) => /^ {2}[✓✗] ([\w-]+)/.exec(line)?.[1] ?? []));
  const all = stdout.split('\n').flatMap((line) => /^[✓✗] ([\w-]+):/.exec(line)?.[1] ?? []);
  const required = all.filter((name) => !notRequired.has(name));
  if (required.length === 0) throw new Error(`No scenario was found in what the suite printed:\n${stdout}`);
  return `${required.length} scenarios that ${REVISION} requires, each passed`;
}

/** The MCP project's own test suite for servers. It speaks HTTP. */
export const conformance: InteropProgram = {
  name: 'conformance',
  packages: { '@modelcontextprotocol/conformance': '0.2.0-alpha.12' },
  run: runSuite,
};
