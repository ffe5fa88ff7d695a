import { access, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const pages = [
  ...(await readdir('.')).filter((name) => name.endsWith('.md')),
  ...(await readdir('docs')).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
];

/** The anchors that GitHub gives the headings of a page. */
const anchorsOf = (text: string) =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );

async function problemOf(page: string, link: string): Promise<string[]> {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  const isThere = await access(target).then(
    () => true,
    () => false,
  );
  if (!isThere) return [link];
  if (anchor === undefined) return [];
  return anchorsOf(await readFile(target, 'utf8')).includes(anchor) ? [] : [link];
}

test.each(pages)('every link of %s leads to a file and a heading of the repository', async (page) => {
  const text = await readFile(page, 'utf8');
  const links = [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = '']) => link);
  expect((await Promise.all(links.map((link) => problemOf(page, link)))).flat()).toEqual([]);
});
