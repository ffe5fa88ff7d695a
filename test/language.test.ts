import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

/** Private terms that this code once used; CONTRIBUTING lists the standard ones. Also found as part of an identifier. */
const WORDS = [
  ...[
    'anew',
    'begun',
    'beside',
    'desks',
    'doubt',
    'doubtful',
    'doubts',
    'fate',
    'fates',
    'garbled',
    'hears',
    'innocent',
  ],
  ...['journey', 'lane', 'lanes', 'mend', 'mended', 'mends', 'softly', 'spared', 'surroundings', 'tidy', 'told'],
  ...['travelled', 'travels', 'trouble', 'unheard', 'whence', 'whoever', 'whomever', 'wish', 'wishes'],
];
const IDENTIFIERS = [
  ...['Said', 'answerFollows', 'caughtUp', 'fateOf', 'gaveUp', 'givenOf', 'inARow', 'inWords', 'keepPlace', 'noPlace'],
  ...['offeredOf', 'openDesk', 'passOr', 'refuseForbidden', 'settleDown', 'tellLists', 'tellingWrites', 'whyAbsent'],
  'whyNoPrompt',
];
const PHRASES = ['comes to', 'gives back', 'held against', 'in doubt', 'lets go'];

const FOLDERS = ['src', 'test', 'bench', 'scripts', 'docs'];
const OWN_NAME = 'test/language.test.ts';

/** Every file that people read, by path. */
async function texts(): Promise<(readonly [path: string, text: string])[]> {
  const lists = await Promise.all(
    FOLDERS.map(async (folder) => (await readdir(folder, { recursive: true })).map((path) => `${folder}/${path}`)),
  );
  const paths = ['README.md', 'CONTRIBUTING.md', 'AGENTS.md', 'CHANGELOG.md', 'SECURITY.md', ...lists.flat()].filter(
    (path) => /\.(ts|md)$/.test(path) && path !== OWN_NAME && !path.startsWith('test/snapshots/'),
  );
  return Promise.all(paths.map(async (path) => [path, await readFile(path, 'utf8')] as const));
}

/** The words of a text and of the identifiers in it: `keepPlace` has two. */
const wordsOf = (text: string) =>
  new Set((text.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g) ?? []).map((word) => word.toLowerCase()));

function privateTerms(text: string): string[] {
  const words = wordsOf(text);
  const identifiers = new Set(text.match(/\w+/g));
  const sentences = text.toLowerCase().replace(/\s+(\*|\/\/)?\s*/g, ' ');
  return [
    ...WORDS.filter((word) => words.has(word)),
    ...IDENTIFIERS.filter((name) => identifiers.has(name)),
    ...PHRASES.filter((phrase) => new RegExp(`\\b${phrase}\\b`).test(sentences)),
  ];
}

test('no private term is used in code, tests or documentation', async () => {
  const all = await texts();
  expect(all.length).toBeGreaterThan(300);
  const found = all.flatMap(([path, text]) => privateTerms(text).map((term) => `${path}: ${term}`));
  expect(found).toEqual([]);
});
