import { createHash } from 'node:crypto';
import { BoundedMap } from '../../lib/bounded-map.ts';
import { type Json, stableKey } from '../../lib/json.ts';
import { randomWord } from '../../lib/random-word.ts';

/** Records that one call changes without asking. */
export const MAX_UNASKED = 25;

/** The questions about writes of single endpoints. */
export type QuestionName = 'deleteContact' | 'endCampaigns' | 'changeTags' | 'changeBusiness';

/** That the owner is asked before an endpoint writes. */
export interface ConfirmRule {
  readonly question: QuestionName;
  /** Whether these arguments need it; left out where every call does. */
  readonly when?: (args: Json) => boolean;
}

/** What the owner is asked before a call destroys something. */
export interface Question {
  /** What will happen and what cannot be undone, for a person; texts of the CRM are cleaned and quoted. */
  readonly text: string;
  /** The answer where the host shows no form: `preview: true` and the confirming call, `next`, are added to it. */
  readonly preview: Json;
  /** Target and content that the consent is for. With other content it does not count. */
  readonly content: Json;
  /** The confirming call of a tool that has handles of its own; left out, it is the same call with a handle. */
  readonly next?: Json;
}

/**
 * How the question ended. `unseen`: no person saw it. `unanswered`: the host accepted it without the value that means
 * yes. `failed`: the host answered with an error.
 */
export type OwnerAnswer = 'agreed' | 'declined' | 'cancelled' | 'timedOut' | 'unanswered' | 'failed' | 'unseen';

/** Asks the owner through the host, and never throws. */
export type AskOwner = (text: string) => Promise<OwnerAnswer>;

/** How the owner is asked. */
export interface Confirming {
  /** Undefined where the host shows no forms. */
  readonly askOwner: AskOwner | undefined;
}

/** Why a handle confirms nothing. */
export type HandleProblem = 'unknown' | 'used' | 'refused' | 'expired' | 'changed';

/** ms for which a handle is valid. */
const LIFETIME_MS = 15 * 60_000;
const MAX_HANDLES = 200;
/** Characters: nobody guesses one of the few that are valid. */
const HANDLE_LENGTH = 10;

interface Issued {
  readonly digest: string;
  /** Monotonic ms. */
  readonly at: number;
  /** Why it is no longer valid. */
  end?: 'used' | 'refused';
}

/** Handles by which calls are confirmed, in memory: each for one call with one content, once. */
export class Confirmations {
  readonly #issued = new BoundedMap<string, Issued>(MAX_HANDLES);

  /** `bound` is all that the consent is for; `now` is monotonic ms. */
  issue(bound: Json, now: number): string {
    const handle = randomWord(HANDLE_LENGTH);
    this.#issued.set(handle, { digest: digestOf(bound), at: now });
    return handle;
  }

  /** Uses up the handle; undefined if it confirms `bound`. */
  redeem(handle: string, bound: Json, now: number): HandleProblem | undefined {
    const issued = this.#issued.get(handle);
    if (!issued) return 'unknown';
    if (issued.end) return issued.end;
    if (now - issued.at >= LIFETIME_MS) return 'expired';
    if (issued.digest !== digestOf(bound)) return 'changed';
    issued.end = 'used';
    return undefined;
  }

  /** Ends the handles for what the owner has been asked about and did not agree to. */
  refuse(bound: Json): void {
    const digest = digestOf(bound);
    for (const issued of this.#issued.values()) if (issued.digest === digest) issued.end ??= 'refused';
  }
}

const digestOf = (bound: Json): string => createHash('sha256').update(stableKey(bound)).digest('base64');
