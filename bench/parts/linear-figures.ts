import type { Figure } from '../figure.ts';
import { CASES, confirmedRatioOf, MAX_RATIO } from './linear.ts';
import { ROW_CASES, toolCases } from './linear-rows.ts';
import { TEXTS } from './linear-texts.ts';

/** Rounds for each text; a text with a high ratio is measured again with more rounds. */
const FEW_ROUNDS = 2;

/** One figure per function: for functions on texts that of the slowest text. */
async function caseRatios(): Promise<{ what: string; ratio: number }[]> {
  const figures = new Map<string, { what: string; ratio: number }>();
  for (const each of [...TEXTS, ...ROW_CASES, ...(await toolCases())]) {
    const { what } = each;
    const group = 'group' in each ? (each.group as string) : what;
    const ratio = await confirmedRatioOf(each, 'group' in each ? FEW_ROUNDS : undefined);
    if (!(ratio <= (figures.get(group)?.ratio ?? 0))) figures.set(group, { what, ratio });
  }
  return [...figures.values()];
}

/** Processor time for ten times the input, as a ratio. */
export async function linearFigures(): Promise<Figure[]> {
  const ratios = [];
  for (const each of CASES) ratios.push({ what: each.what, ratio: await confirmedRatioOf(each) });
  return [...ratios, ...(await caseRatios())].map(({ what, ratio }) => ({
    what,
    value: ratio,
    digits: 1,
    bound: { most: MAX_RATIO },
  }));
}
