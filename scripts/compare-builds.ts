/**
 * Compares what two builds of the server send to a host:
 *
 *     npx tsx scripts/compare-builds.ts OLD_DIST NEW_DIST
 *
 * Prints `identical: N bytes`, or the first difference of each response that differs and exits with 1. Both run with
 * the same time and random numbers, so that only the code makes a difference.
 */
import { compareBuilds } from './build-difference.ts';

const [oldDist, newDist] = process.argv.slice(2);
if (!oldDist || !newDist) throw new Error('usage: compare-builds.ts OLD_DIST NEW_DIST');
const { same, report } = await compareBuilds(oldDist, newDist);
console.log(report);
process.exitCode = same ? 0 : 1;
