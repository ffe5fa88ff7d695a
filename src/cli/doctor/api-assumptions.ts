import { parseJson, readBody } from '../../api/transport/body.ts';
import { type AccountReader, type ApiResponse, FACTS, type Fact, isOpen } from '../../sandbox/facts/index.ts';
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
  const account: AccountReader = {
    locationId,
    async request(method, path, { body, version = '2021-07-28' } = {}): Promise<ApiResponse> {
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
  for (const fact of FACTS) if (isOpen(fact) && fact.check) findings.push(await runCheck(fact, fact.check, account));
  return findings;
}

async function runCheck(
  { id, statement }: Fact,
  check: NonNullable<Fact['check']>,
  account: AccountReader,
): Promise<Finding> {
  const said = (state: Finding['state'], words: string): Finding => ({
    what: 'fact',
    state,
    says: `${id}: ${statement} ${words}`,
  });
  try {
    const { holds, observed } = await check(account);
    const seen = foreign(observed);
    if (holds === undefined) return said('note', `Cannot tell (${seen}).`);
    return holds ? said('ok', `Holds (${seen}).`) : said('note', `Does NOT hold (${seen}).`);
  } catch {
    return said('note', 'Cannot tell (no answer).');
  }
}
