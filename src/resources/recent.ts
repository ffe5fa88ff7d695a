import type { Json } from '../endpoint.ts';

export interface Recent {
  readonly id: string;
  readonly name: string | undefined;
}

const KEPT = 20;

/** The contacts this server lately read or wrote, newest first: what `resources/list` offers beside the collection. */
export function createRecent(): { see(result: Json, args: Json): void; list(): readonly Recent[] } {
  const seen = new Map<string, Recent>();
  const put = (recent: Recent) => {
    const name = recent.name ?? seen.get(recent.id)?.name;
    seen.delete(recent.id);
    seen.set(recent.id, { id: recent.id, name });
    if (seen.size > KEPT) seen.delete(seen.keys().next().value as string);
  };
  return {
    see({ contact }, { contactId }) {
      const found = typeof contact === 'object' && contact !== null ? (contact as Json) : undefined;
      if (typeof found?.id === 'string') put({ id: found.id, name: nameOf(found) });
      else if (typeof contactId === 'string') put({ id: contactId, name: undefined });
    },
    list: () => [...seen.values()].reverse(),
  };
}

const nameOf = ({ firstName, lastName, name }: Json): string | undefined =>
  [firstName, lastName].filter((part) => typeof part === 'string').join(' ') ||
  (typeof name === 'string' ? name : undefined);
