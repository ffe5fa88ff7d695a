import type { Json } from '../../src/lib/json.ts';
import type { Sandbox } from '../../src/sandbox/index.ts';
import { client } from '../sandbox/api.ts';

/** One line of a conversation, as the documentation shows it. */
export type Line =
  | { readonly kind: 'person' | 'assistant' | 'elsewhere'; readonly words: string }
  | { readonly kind: 'call'; readonly tool: string; readonly args: Json };

/** Where a system's people sit: they speak, the assistant calls tools, and others work in HighLevel meanwhile. */
export interface Desk {
  readonly says: (words: string) => void;
  readonly call: (tool: string, args: Json) => Promise<Json>;
  readonly answers: (words: string) => void;
  /** Somebody else writes to HighLevel, past this server. */
  readonly elsewhere: <T>(words: string, act: (api: ReturnType<typeof client>) => Promise<T>) => Promise<T>;
  /** Time passes until HighLevel's list and search show what was written. */
  readonly later: () => void;
  /** ISO with an offset: so many days from now, at this hour UTC. */
  readonly day: (days: number, hour?: number) => string;
  /** ISO: now. */
  readonly now: () => string;
}

/** What one of the five systems does with contacts. Each flow asserts what it promises as it goes. */
export interface System {
  readonly name: string;
  readonly about: string;
  readonly flows: readonly { readonly title: string; readonly play: (desk: Desk) => Promise<void> }[];
}

export interface Setting {
  readonly call: (tool: string, args: Json) => Promise<Json>;
  readonly sandbox: Sandbox;
  readonly now: () => number;
  /** Moves the clock of the sandbox, at least, past the delay of its index. */
  readonly indexed: () => void;
}

const DAY_MS = 86_400_000;

/** A desk that keeps what is said. */
export function openDesk({ call, sandbox, now, indexed }: Setting): { desk: Desk; lines: Line[] } {
  const lines: Line[] = [];
  const say = (kind: 'person' | 'assistant' | 'elsewhere') => (words: string) => void lines.push({ kind, words });
  const desk: Desk = {
    says: say('person'),
    answers: say('assistant'),
    async call(tool, args) {
      lines.push({ kind: 'call', tool, args });
      return call(tool, args);
    },
    async elsewhere(words, act) {
      say('elsewhere')(words);
      return act(client(sandbox));
    },
    later() {
      say('elsewhere')('A minute later.');
      indexed();
    },
    day(days, hour = 15) {
      const midnight = Math.floor(now() / DAY_MS) * DAY_MS;
      return new Date(midnight + days * DAY_MS + hour * 3_600_000).toISOString();
    },
    now: () => new Date(now()).toISOString(),
  };
  return { desk, lines };
}

export const rows = (answer: Json, key: string): Json[] => (Array.isArray(answer[key]) ? (answer[key] as Json[]) : []);
export const one = (answer: Json, key: string): Json => answer[key] as Json;
export const nameOf = ({ firstName, lastName }: Json): string => [firstName, lastName].filter(Boolean).join(' ');
/** `2026-11-24`: the day of a time, for sentences. */
export const dayOf = (time: unknown): string => String(time).slice(0, 10);

/** The contact search finds for these words. */
export async function find({ call }: Desk, query: string): Promise<Json & { id: string }> {
  const [contact] = rows(await call('search_contacts', { query, pageLimit: 1 }), 'contacts');
  if (typeof contact?.id !== 'string') throw new Error(`nobody matches ${query}`);
  return contact as Json & { id: string };
}
