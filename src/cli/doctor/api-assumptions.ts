import { parseJson, readBody } from '../../api/transport/body.ts';
import { type Answer, FACTS, type Fact, isOpen, type Questioner } from '../../sandbox/facts.ts';
import type { Config } from '../config.ts';
import type { Connection } from '../connection.ts';
import { foreign } from '../terminal.ts';
import type { Finding } from './finding.ts';

/**
 * What the sandbox still guesses of the API, or has conflicting reports of, asked on the owner's own account by reads
 * alone: for people who want to report back where it differs. Answers are told by their shape, never by their values.
 */
export async function checkFacts({ timeoutMs }: Config, { transportOptions }: Connection): Promise<Finding[]> {
  const { token, locationId } = await transportOptions.credential.current();
  const account: Questioner = {
    locationId,
    async ask(method, path, { body, version = '2021-07-28' } = {}): Promise<Answer> {
      const answer = await transportOptions.transport({
        method,
        url: `${transportOptions.baseUrl}${path}`,
        headers: {
          authorization: `Bearer ${token}`,
          version,
          accept: 'application/json',
          ...(body ? { 'content-type': 'application/json' } : {}),
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
        signal: AbortSignal.timeout(Math.min(timeoutMs, 15_000)),
      });
      const text = await readBody(answer);
      return { status: answer.status, body: text === '' ? undefined : (parseJson(text ?? '') ?? text) };
    },
  };
  const findings: Finding[] = [];
  // One after the other: a trial has 25 requests in ten seconds.
  for (const fact of FACTS) if (isOpen(fact) && fact.ask) findings.push(await check(fact, fact.ask, account));
  return findings;
}

async function check({ id, statement }: Fact, ask: NonNullable<Fact['ask']>, account: Questioner): Promise<Finding> {
  const said = (state: Finding['state'], words: string): Finding => ({
    what: 'fact',
    state,
    says: `${id}: ${statement} ${words}`,
  });
  try {
    const verdict = await ask(account);
    const { holds } = verdict;
    const seen = foreign(verdict.seen);
    if (holds === undefined) return said('note', `Cannot tell (${seen}).`);
    return holds ? said('ok', `Holds (${seen}).`) : said('note', `Does NOT hold (${seen}).`);
  } catch {
    return said('note', 'Cannot tell (no answer).');
  }
}
