import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { bundle } from '../../scripts/bundle.ts';

/** Paths of the programs that are compared. */
export interface Programs {
  readonly ours: string;
  /** Ours, with a limiter that limits nothing. */
  readonly withoutLimiter: string;
  /** The echo server of the SDK's documentation, unbundled. */
  readonly echoServer: string;
  /** A minimal SDK server, bundled and minified like ours. */
  readonly minimalServer: string;
  /** Sends requests with undici and is no MCP server. */
  readonly onlyRequests: string;
  remove(): Promise<void>;
}

const REQUIRE = "import { createRequire as __r } from 'node:module'; const require = __r(import.meta.url);";

const noLimiter: Plugin = {
  name: 'no-limiter',
  setup({ onResolve }) {
    onResolve({ filter: /\/rate-limiter\.ts$/ }, ({ importer }) =>
      importer.includes('/src/api/') ? { path: resolve('bench/programs/no-limiter.ts') } : undefined,
    );
  },
};

/** Builds the programs that are not in `dist` into a temporary folder. */
export async function buildPrograms(): Promise<Programs> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-programs-'));
  await build({
    entryPoints: ['bench/programs/minimal-server.ts', 'bench/programs/only-requests.ts'],
    outdir: folder,
    bundle: true,
    platform: 'node',
    format: 'esm',
    minify: true,
    banner: { js: REQUIRE },
    logLevel: 'warning',
  });
  const variant = join(folder, 'without-limiter');
  await bundle(variant, [noLimiter]);
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  return {
    ours: 'dist/index.js',
    withoutLimiter: join(variant, 'index.js'),
    echoServer: 'bench/programs/echo-server.mjs',
    minimalServer: join(folder, 'minimal-server.js'),
    onlyRequests: join(folder, 'only-requests.js'),
    remove: () => rm(folder, { recursive: true }),
  };
}
