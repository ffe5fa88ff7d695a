import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { writeBundle } from './packaging/desktop-bundle.ts';
import { PROJECT } from './packaging/project.ts';
import { startBundle } from './packaging/start-bundle.ts';

// Builds build/ghl-contacts-mcp.mcpb, the bundle for Claude Desktop, from dist. The official tool checks the manifest, and
// packs and unpacks the bundle; then the unpacked server is started as Claude Desktop starts it.

const TOOL = '@anthropic-ai/mcpb@2.1.2';
const [FOLDER, UNPACKED] = ['build/mcpb', 'build/mcpb-unpacked'];
const BUNDLE = `build/${PROJECT.name}.mcpb`;

const mcpb = (...args: readonly string[]) => execFileSync('npx', ['-y', TOOL, ...args], { stdio: 'inherit' });

for (const path of [FOLDER, UNPACKED, BUNDLE]) await rm(path, { recursive: true, force: true });
await writeBundle(FOLDER);
mcpb('validate', `${FOLDER}/manifest.json`);
mcpb('pack', FOLDER, BUNDLE);
mcpb('unpack', BUNDLE, UNPACKED);

const client = await startBundle(UNPACKED, { api_key: 'pit-not-used', location_id: 'notUsed' });
const { tools } = await client.listTools();
await client.close();
console.log(`The unpacked bundle starts and lists ${tools.length} tools.`);

const hash = createHash('sha256').update(await readFile(BUNDLE));
console.log(`SHA-256 ${hash.digest('hex')}  ${BUNDLE}`);
