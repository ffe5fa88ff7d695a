import type { Patch } from '../patch.ts';

export const ajv: Patch = {
  reason: 'the packages contain ajv, so that an alias cannot leave it out of the bundle',
  edits: [
    { in: 'scripts/bundle.ts', find: /\n *ajv: .*\n *'ajv-formats': .*/g, replace: '' },
    { in: 'scripts/bundle.ts', find: /plugins: \[\s*\.\.\.plugins,/g, replace: 'plugins: [...plugins, noAjv,' },
    {
      in: 'scripts/bundle.ts',
      find: /import \{(?=[^}]*\} from '\.\/bundle-parts\.ts')/g,
      replace: 'import { noAjv,',
    },
    {
      in: 'scripts/bundle-parts.ts',
      find: '/** Of undici only the pools',
      replace: `/** Without ajv; see \`src/mcp/no-schema-validator.ts\`. */
export const noAjv: Plugin = {
  name: 'no-ajv',
  setup({ onLoad }) {
    onLoad({ filter: /\\/ajvProvider-[^/]*\\.mjs$/ }, () => ({
      contents: \`import absent from \${JSON.stringify(ABSENT)};\\nexport { absent as n, absent as r, absent as t };\`,
    }));
  },
};

/** Of undici only the pools`,
    },
  ],
};
