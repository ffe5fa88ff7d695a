import { type Json, rowsIn } from '../../src/lib/json.ts';
import type { Sandbox } from '../../src/sandbox/index.ts';
import { client } from '../sandbox/api.ts';

/** One line of a conversation in `docs/systems.md`. */
export type Line =
  | { readonly kind: 'user' | 'assistant' | 'event'; readonly text: string }
  | { readonly kind: 'call'; readonly tool: string; readonly args: Json };

/** Records what the user and the assistant say, which tools are called, and what others write meanwhile. */
export interface Conversation {
  readonly user: (text: string) => void;
  readonly call: (tool: string, args: Json) => Promise<Json>;
  readonly assistant: (text: string) => void;
  /** Another client writes to HighLevel without this server. */
  readonly otherClient: <T>(text: string, write: (api: ReturnType<typeof client>) => Promise<T>) => Promise<T>;
  /** Waits until HighLevel's list and search return what was written. */
  readonly waitForIndex: () => void;
  /** ISO with an offset: this number of days from now, at this hour UTC. */
  readonly inDays: (days: number, hour?: number) => string;
  /** ISO */
  readonly now: () => string;
}

/** What one of the five systems does with contacts. Each flow asserts its results as it runs. */
export interface System {
  readonly name: string;
  readonly about: string;
  readonly flows: readonly { readonly title: string; readonly run: (conversation: Conversation) => Promise<void> }[];
}

export interface Environment {
  readonly call: (tool: string, args: Json) => Promise<Json>;
  readonly sandbox: Sandbox;
  readonly now: () => number;
  /** Advances at least the clock of the sandbox beyond the delay of its index. */
  readonly indexed: () => void;
}

const DAY_MS = 86_400_000;

export function createConversation({ call, sandbox, now, indexed }: Environment): {
  conversation: Conversation;
  lines: Line[];
} {
  const lines: Line[] = [];
  const add = (kind: 'user' | 'assistant' | 'event') => (text: string) => void lines.push({ kind, text });
  const conversation: Conversation = {
    user: add('user'),
    assistant: add('assistant'),
    async call(tool, args) {
      lines.push({ kind: 'call', tool, args });
      return call(tool, args);
    },
    async otherClient(text, write) {
      add('event')(text);
      return write(client(sandbox));
    },
    waitForIndex() {
      add('event')('A minute later.');
      indexed();
    },
    inDays(days, hour = 15) {
      const midnight = Math.floor(now() / DAY_MS) * DAY_MS;
      return new Date(midnight + days * DAY_MS + hour * 3_600_000).toISOString();
    },
    now: () => new Date(now()).toISOString(),
  };
  return { conversation, lines };
}

export const recordIn = (result: Json, key: string): Json => result[key] as Json;
export const nameOf = ({ firstName, lastName }: Json): string => [firstName, lastName].filter(Boolean).join(' ');
/** `2026-11-24`: the date of a time. */
export const dayOf = (time: unknown): string => String(time).slice(0, 10);

/** The first contact that search finds. */
export async function findContact({ call }: Conversation, query: string): Promise<Json & { id: string }> {
  const [contact] = rowsIn(await call('search_contacts', { query, pageLimit: 1 }), 'contacts');
  if (typeof contact?.id !== 'string') throw new Error(`no contact matches ${query}`);
  return contact as Json & { id: string };
}
