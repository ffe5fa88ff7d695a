import { parseJson, readBody } from '../../api/transport/body.ts';
import { type AccountReader, type ApiResponse, FACTS, type Fact, isOpen } from '../../sandbox/facts/index.ts';
import type { Config } from '../config.ts';
import type { Connection } from '../connection.ts';
import { displayValue } from '../terminal.ts';
import type { Finding } from './finding.ts';

/**
 * Checks assumptions of the sandbox about the API on the owner's account, with reads only, for people who want to report
 * differences. An answer is described by its shape, never by its values.
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
  // One at a time, because a trial account may send 25 requests in ten seconds.
  for (const fact of FACTS) if (isOpen(fact) && fact.check) findings.push(await runCheck(fact, fact.check, account));
  return findings;
}

async function runCheck(
  { id, statement }: Fact,
  check: NonNullable<Fact['check']>,
  account: AccountReader,
): Promise<Finding> {
  const finding = (state: Finding['state'], result: string): Finding => ({
    what: 'fact',
    state,
    message: `${id}: ${statement} ${result}`,
  });
  try {
    const { holds, observed } = await check(account);
    const shape = displayValue(observed);
    if (holds === undefined) return finding('note', `Cannot tell (${shape}).`);
    return holds ? finding('ok', `Holds (${shape}).`) : finding('note', `Does NOT hold (${shape}).`);
  } catch {
    return finding('note', 'Cannot tell (no answer).');
  }
}
