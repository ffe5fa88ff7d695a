import type { Patch } from '../patch.ts';

export const validation: Patch = {
  reason:
    'validating by a schema of zod first makes functions for JSON Schema, which the bundle leaves out; they may be made, not called',
  edits: [
    {
      in: 'scripts/bundle-parts.ts',
      find: '/** zod without the code',
      replace: `/** zod makes such a function whenever a schema is used as a Standard Schema. */
const METHOD = 'createStandardJSONSchemaMethod';

/** zod without the code`,
    },
    {
      in: 'scripts/bundle-parts.ts',
      find: `=> \`absent as \${name}\`)`,
      replace: `=> (name === METHOD ? name : \`absent as \${name}\`))`,
    },
    {
      in: 'scripts/bundle-parts.ts',
      find: `;\\nexport { \${names.join(', ')} };\``,
      replace: `;\\nconst \${METHOD} = () => absent;\\nexport { \${names.join(', ')} };\``,
    },
  ],
};
