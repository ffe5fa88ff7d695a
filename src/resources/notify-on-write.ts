import { ApiError } from '../api/errors.ts';
import type { Api } from '../api/types.ts';

import type { Json } from '../lib/json.ts';

/** The same API, which tells whose contacts a write has touched, or may have touched. */
export function notifyOnWrite(api: Api, touched: (contactIds: readonly string[]) => void): Api {
  return {
    ...api,
    async call(endpoint, args, options) {
      if (endpoint.effect === 'read') return api.call(endpoint, args, options);
      try {
        const answer = await api.call(endpoint, args, options);
        touched(contactsOf(args, answer));
        return answer;
      } catch (error) {
        if (inDoubt(error)) touched(contactsOf(args, {}));
        throw error;
      }
    },
  };
}

/** No answer, or one that does not say what became of it. */
const inDoubt = (error: unknown): boolean =>
  error instanceof ApiError && ['unknownOutcome', 'notDone', 'unreachable', 'serverError'].includes(error.kind);

function contactsOf({ contactId, contacts, ids }: Json, { contact }: Json): string[] {
  const made = typeof contact === 'object' && contact !== null ? (contact as Json).id : undefined;
  const all = [contactId, contacts, ids, made].flat();
  return [...new Set(all.filter((id) => typeof id === 'string'))];
}
