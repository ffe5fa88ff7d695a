import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { PUBLISHED } from '../src/cli/setup/launch.ts';
import { packagingFiles } from './packaging/index.ts';
import { OWNER, PROJECT } from './packaging/project.ts';
import { releaseProblems } from './packaging/release.ts';

// npm run release -- 1.2.3: refuses while something disagrees with the version, else prints what publishes it.

const git = (...args: readonly string[]) => execFileSync('git', args, { encoding: 'utf8' });

const [version = PROJECT.version] = process.argv.slice(2);
const generated = packagingFiles();
const names = [...Object.keys(generated), 'package-lock.json', 'CHANGELOG.md'];
const problems = releaseProblems(version, {
  files: Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(name, 'utf8').catch(() => undefined)])),
  ),
  generated,
  owner: OWNER,
  published: PUBLISHED,
  uncommitted: git('status', '--porcelain'),
  tags: git('tag', '--list').split('\n'),
});
if (problems.length > 0) {
  for (const problem of problems) console.error(`- ${problem}`);
  console.error(`${version} cannot be released yet.`);
  process.exitCode = 1;
} else {
  console.log(`Everything agrees on ${version}. Once npm run check and npm run test:long pass:

git tag v${version} && git push origin v${version}
npm publish
npm run mcpb
mcp-publisher publish
npm run docker:catalogue`);
}
