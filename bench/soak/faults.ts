import type { Fault, FaultRule } from '../../src/sandbox/public.ts';

interface Share {
  readonly what: string;
  /** Of the requests, in percent. */
  readonly percent: number;
  readonly fault: Fault;
}

const failure = (status: number, strikes: 'before' | 'after') => ({
  status,
  strikes,
  body: { statusCode: status, message: 'Internal server error' },
});

/** What fails in the soak. Each fault occurs at random, for any request, so that retries and reads that reconcile fail as well. */
export const SHARES: readonly Share[] = [
  { what: '429 below the quota', percent: 2, fault: { status: 429, body: { message: 'Too Many Requests' } } },
  { what: '5xx, not handled', percent: 3, fault: failure(503, 'before') },
  { what: '5xx, handled', percent: 3, fault: failure(500, 'after') },
  { what: 'connection cut, not handled', percent: 2, fault: { connection: 'cut', strikes: 'before' } },
  { what: 'connection cut, handled', percent: 2, fault: { connection: 'cut', strikes: 'after' } },
  { what: 'body cut', percent: 1, fault: { answer: 'too short' } },
  { what: 'JSON cut', percent: 0.5, fault: { answer: 'cut JSON' } },
  { what: 'web page', percent: 0.5, fault: { answer: 'html' } },
  { what: 'empty body', percent: 0.5, fault: { answer: 'empty' } },
  { what: 'answer late by 3 s', percent: 0.5, fault: { delayMs: 3_000 } },
  { what: 'body of ten minutes', percent: 0.2, fault: { answer: 'slow' } },
];

/** Rules for the first `requests` requests: at most one fault for each. */
export function faultRules(requests: number, random: () => number): FaultRule[] {
  const nth = SHARES.map((): number[] => []);
  for (let request = 1; request <= requests; request += 1) {
    let rest = random() * 100;
    const struck = SHARES.findIndex(({ percent }) => {
      rest -= percent;
      return rest < 0;
    });
    nth[struck]?.push(request);
  }
  return SHARES.map(({ fault }, i) => ({ route: '*', fault, nth: nth[i] ?? [] }));
}

/** How often each fault occurred among the first `requests` requests. */
export const occurrences = (rules: readonly FaultRule[], requests: number): [what: string, times: number][] =>
  SHARES.map(({ what }, i) => [what, [rules[i]?.nth ?? []].flat().filter((at) => at <= requests).length]);
