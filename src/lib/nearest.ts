/** Levenshtein distance of two texts in lower case. */
export function distance(a: string, b: string): number {
  const [from, to] = [a.toLowerCase(), b.toLowerCase()];
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

/** The text nearest to a word, if its distance is at most `within`. */
export function nearest<T extends string>(word: string, all: readonly T[], within: number): T | undefined {
  const near = all.filter((each) => Math.abs(each.length - word.length) <= within);
  const [best] = near.map((each) => ({ each, far: distance(word, each) })).sort((a, b) => a.far - b.far);
  return best && best.far <= within ? best.each : undefined;
}
