import { rm } from 'node:fs/promises';
import { build, type Plugin } from 'esbuild';
import { buildToolDefinition } from '../src/tools/core/tool-schema.ts';
import { tools } from '../src/tools/index.ts';
import { phoneParsing, prebuiltSchemas, undiciPools } from './bundle-parts.ts';

/** CommonJS modules in the bundle call require for Node's own modules. */
const REQUIRE =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/** Bundles the program into a folder, which it empties first. */
export async function bundle(outdir: string, plugins: readonly Plugin[] = []): Promise<void> {
  await rm(outdir, { recursive: true, force: true });
  await build({
    entryPoints: { index: 'src/index.ts', sandbox: 'src/sandbox/public.ts' },
    outdir,
    bundle: true,
    platform: 'node',
    target: 'node20.18',
    format: 'esm',
    splitting: true,
    minify: true,
    charset: 'utf8',
    chunkNames: 'chunks/[name]-[hash]',
    banner: { js: REQUIRE },
    define: {
      PREBUILT_SCHEMAS: JSON.stringify(
        Object.fromEntries(tools.map((tool) => [tool.name, JSON.stringify(buildToolDefinition(tool))])),
      ),
    },
    legalComments: 'none',
    // Native code, installed next to the bundle.
    external: ['@napi-rs/keyring'],
    alias: {
      ajv: './scripts/no-ajv.ts',
      'ajv-formats': './scripts/no-ajv.ts',
      'cross-spawn': './scripts/node-spawn.ts',
      // Its main file loads the others in a way that a bundler cannot follow.
      'jsonc-parser': 'jsonc-parser/lib/esm/main.js',
    },
    plugins: [...plugins, undiciPools, phoneParsing, prebuiltSchemas],
    logLevel: 'warning',
  });
}
