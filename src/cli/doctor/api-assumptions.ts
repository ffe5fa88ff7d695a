import { signedHeaders } from '../../api/http-headers.ts';
import { parseJson, readBody } from '../../api/transport/body.ts';
import { type AccountReader, type ApiResponse, FACTS, type Fact, isOpen } from '../../sandbox/facts/index.ts';
import type { Config } from '../config.ts';
import type { Connection } from '../connection.ts';
import { displayValue } from '../terminal.ts';
import { type Finding, note, ok } from './finding.ts';
import { MAX_PROBE_MS } from './token-check.ts';

/**
 * Checks assumptions of the sandbox about the API on the owner's account, with reads only, for people who want to report
 * differences. An answer is described by its shape, never by its values.
 */
export async function checkFacts({ timeoutMs }: Config, { transportOptions }: Connection): Promise<Finding[]> {
  const { token, locationId } = await transportOptions.credential.current();
  const account: AccountReader = {
    locationId,
    async request(method, path, { body, version } = {}): Promise<ApiResponse> {
      const answer = await transportOptions.transport({
        method,
        url: `${transportOptions.baseUrl}${path}`,
        headers: { ...signedHeaders(token, version), ...(body ? { 'content-type': 'application/json' } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
        signal: AbortSignal.timeout(Math.min(timeoutMs, MAX_PROBE_MS)),
      });
      const text = await readBody(answer);
      return { status: answer.status, body: text === '' ? undefined : (parseJson(text ?? '') ?? text) };
    },
  };
  const findings: Finding[] = [];
  // One at a time, because a trial account may send 25 requests in ten seconds.
  for (const fact of FACTS) if (isOpen(fact) && fact.check) findings.push(await runCheck(fact, fact.check, account));
  return findings;
}

async function runCheck(
  { id, statement }: Fact,
  check: NonNullable<Fact['check']>,
  account: AccountReader,
): Promise<Finding> {
  const message = (result: string) => `${id}: ${statement} ${result}`;
  try {
    const { holds, observed } = await check(account);
    const shape = displayValue(observed);
    if (holds === undefined) return note('fact', message(`Cannot tell (${shape}).`));
    return holds ? ok('fact', message(`Holds (${shape}).`)) : note('fact', message(`Does NOT hold (${shape}).`));
  } catch {
    return note('fact', message('Cannot tell (no answer).'));
  }
}
