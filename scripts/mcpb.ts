import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import pkg from '../package.json' with { type: 'json' };
import { mcpbManifest } from './packaging/manifests.ts';

// Builds build/ghl-contacts-mcp.mcpb, the bundle for Claude Desktop, from dist. It runs the official tool, which checks the
// manifest. The native keychain module is left out: Claude Desktop stores the token and passes it as a setting.

const TOOL = '@anthropic-ai/mcpb@2.1.2';
const FOLDER = 'build/mcpb';
const BUNDLE = `build/${pkg.name}.mcpb`;

const mcpb = (...args: readonly string[]) => execFileSync('npx', ['-y', TOOL, ...args], { stdio: 'inherit' });

await rm(FOLDER, { recursive: true, force: true });
await mkdir(FOLDER, { recursive: true });
await cp('dist', `${FOLDER}/dist`, { recursive: true });
await cp('LICENSE', `${FOLDER}/LICENSE`);
await writeFile(`${FOLDER}/package.json`, JSON.stringify({ name: pkg.name, version: pkg.version, type: 'module' }));
await writeFile(`${FOLDER}/manifest.json`, JSON.stringify(mcpbManifest(), null, 2));
mcpb('validate', `${FOLDER}/manifest.json`);
mcpb('pack', FOLDER, BUNDLE);
console.log(
  `SHA-256 ${createHash('sha256')
    .update(await readFile(BUNDLE))
    .digest('hex')}  ${BUNDLE}`,
);
