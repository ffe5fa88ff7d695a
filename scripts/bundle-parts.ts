import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import type { Plugin } from 'esbuild';
import { parsingMetadata } from './phone-metadata.ts';

const require = createRequire(import.meta.url);
const ABSENT = resolve('scripts/absent.cjs');

/** Of undici only the pools for HTTP/1.1; see `scripts/undici-pool.cjs`. */
export const undiciPools: Plugin = {
  name: 'undici-pools',
  setup({ onResolve, onLoad }) {
    // An alias would also apply to the parts of undici that this file takes.
    onResolve({ filter: /^undici$/ }, () => ({ path: resolve('scripts/undici-pool.cjs') }));
    // undici contains its HTTP parser twice. The one without SIMD runs on every processor.
    onResolve({ filter: /\/llhttp_simd-wasm\.js$/ }, ({ resolveDir }) => ({
      path: join(resolveDir, '../llhttp/llhttp-wasm.js'),
    }));
    // gzip cannot compress base64 well, so the parser is compressed before; to expand it takes less than 1 ms.
    onLoad({ filter: /\/llhttp-wasm\.js$/ }, ({ path }) => {
      const packed = brotliCompressSync(require(path)).toString('base64');
      return {
        contents: `module.exports = require('node:zlib').brotliDecompressSync(Buffer.from('${packed}', 'base64'));`,
      };
    });
    // Most of its constants are for servers.
    onLoad({ filter: /\/llhttp\/constants\.js$/ }, ({ path }) => {
      const { ERROR, TYPE } = require(path);
      return { contents: `module.exports = ${JSON.stringify({ ERROR, TYPE })};` };
    });
    // Used for HTTP/2, which a pool does not offer by default, and for bodies that are no strings.
    onResolve({ filter: /^(\.\/client-h2|\.\.\/web\/fetch\/body)\.js$/ }, () => ({ path: ABSENT }));
  },
};

/** Of the data of libphonenumber only what parsing needs. */
export const phoneParsing: Plugin = {
  name: 'phone-parsing',
  setup({ onLoad }) {
    onLoad({ filter: /\/libphonenumber-js\/metadata\.min\.json\.js$/ }, () => ({
      contents: `export default ${JSON.stringify(parsingMetadata())}`,
    }));
  },
};

const START = resolve('src/cli/main.ts');

/**
 * One chunk for all that a start loads: every further file slows a start as much as 30 KB of code. esbuild puts modules
 * into one chunk that the same entries need, so every part that is loaded later imports the start.
 */
export const oneStartChunk: Plugin = {
  name: 'one-start-chunk',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\./ }, ({ kind, importer, path, resolveDir }) =>
      kind === 'dynamic-import' && importer.startsWith(resolve('src'))
        ? { path: join(resolveDir, path), namespace: 'after-start' }
        : undefined,
    );
    onLoad({ filter: /./, namespace: 'after-start' }, ({ path }) => ({
      contents: [`import ${JSON.stringify(START)};`, `export * from ${JSON.stringify(path)};`].join('\n'),
      resolveDir: dirname(path),
    }));
  },
};

/** The definitions of all tools, made now because they would slow down each start. */
export const prebuiltDefinitions = (byTool: Readonly<Record<string, string>>): Plugin => ({
  name: 'prebuilt-definitions',
  setup({ onLoad }) {
    onLoad({ filter: /\/core\/prebuilt-definitions\.ts$/ }, () => ({
      contents: `export const prebuiltDefinitions = ${JSON.stringify(byTool)};`,
    }));
  },
});

/** The SDK without the schemas of messages that the program does not use, 61 of 157. */
export const usedMessages: Plugin = {
  name: 'used-messages',
  setup({ onLoad }) {
    onLoad({ filter: /\/sdk\/dist\/esm\/types\.js$/ }, async ({ path }) => ({
      contents: markAsPure(await readFile(path, 'utf8')),
    }));
  },
};

/** A bundler keeps a constant that is the result of a call, unless a comment states that the call has no effect. */
const markAsPure = (module: string): string =>
  module.replace(
    /^((?:export )?const \w+ = )((?:z|\w+Schema)\b[^;]*?\([\s\S]*?);\n(?=[^\s}]|$)/gm,
    '$1/* @__PURE__ */ (() => $2)();\n',
  );

/** zod without the code that makes JSON Schema: the build has made the schemas of all tools. */
export const prebuiltSchemas: Plugin = {
  name: 'prebuilt-schemas',
  setup({ onLoad }) {
    onLoad({ filter: /\/zod\/v4\/core\/(to-json-schema|json-schema-processors)\.js$/ }, async ({ path }) => {
      const exported = (await readFile(path, 'utf8')).matchAll(/^export (?:const|function) (\w+)/gm);
      const names = [...exported].map(([, name]) => `absent as ${name}`);
      return { contents: `import absent from ${JSON.stringify(ABSENT)};\nexport { ${names.join(', ')} };` };
    });
  },
};
