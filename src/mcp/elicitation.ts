import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { type ElicitRequestFormParams, ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import type { CancelSignal } from '../lib/cancellation.ts';
import { isRecord } from '../lib/json.ts';
import { linkSignals } from '../lib/link-signals.ts';
import type { Timers } from '../lib/scheduler.ts';
import type { AskOwner, OwnerAnswer } from '../tools/core/confirmation.ts';

/** ms for an answer: hosts give a call up after 60 s. */
const ANSWER_MS = 45_000;
/** ms within which no person reads a question and closes it: hosts without a person cancel at once. */
const UNSEEN_MS = 300;

/** Only `confirm: true` is consent: some hosts accept forms that nobody has seen, with no content (openai/codex#17164). */
const FORM: ElicitRequestFormParams['requestedSchema'] = {
  type: 'object',
  properties: { confirm: { type: 'boolean', title: 'Yes, do this' } },
  required: ['confirm'],
};

/** Asks the owner by a form of the host; undefined if the host declares none. `signal` is aborted when the host cancels. */
export function formOf(server: Server, signal: CancelSignal, timers: Timers): AskOwner | undefined {
  if (server.getClientCapabilities()?.elicitation?.form === undefined) return undefined;
  return async (message) => {
    const askedAt = timers.now();
    const timeout = new AbortController();
    const cancelTimer = timers.setTimer(ANSWER_MS, () => timeout.abort());
    const end = linkSignals(timeout.signal, signal);
    try {
      // The SDK's own timer is no injected one: it must be the later one.
      const options = { signal: end.signal, timeout: 2 * ANSWER_MS };
      const { action, content } = await server.elicitInput({ message, requestedSchema: FORM }, options);
      if (action === 'decline') return 'declined';
      if (action === 'cancel') return timers.now() - askedAt < UNSEEN_MS ? 'unseen' : 'cancelled';
      return content?.confirm === true ? 'agreed' : 'unanswered';
    } catch (error) {
      if (timeout.signal.aborted) return 'timedOut';
      return signal.aborted ? 'cancelled' : failureOf(error);
    } finally {
      cancelTimer();
      end.unlink();
    }
  };
}

/** A host that declares forms and knows no such request has shown nothing. */
const failureOf = (error: unknown): OwnerAnswer =>
  isRecord(error) && error.code === ErrorCode.MethodNotFound ? 'unseen' : 'failed';
