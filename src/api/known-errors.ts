import type { Json } from '../lib/json.ts';
import { quoteForMessage } from '../lib/text.ts';
import { isId } from './endpoint.ts';
import { idText, NO_IDENTITY, notFound, operatorOf, refusedFields, refusedValues } from './error-details.ts';
import type { ErrorKind, RefusedField } from './errors.ts';
import type { ParsedError } from './parsed-error.ts';

/** What an error of the API means, and its message for the model. */
interface KnownError {
  readonly kind: ErrorKind;
  readonly status?: readonly number[];
  readonly text?: RegExp;
  /** A further condition. */
  readonly when?: (error: ParsedError, match: readonly string[]) => boolean;
  /** Whether it proves that nothing was written. By default a known text does, and any error of HighLevel's own. */
  readonly certain?: boolean;
  readonly message: (error: ParsedError, match: readonly string[]) => string;
  /** Id of the contact that has the value already. */
  readonly existing?: (error: ParsedError) => string | undefined;
  readonly fields?: (error: ParsedError, match: readonly string[]) => readonly RefusedField[];
}

const SCOPES_PAGE =
  'The owner adds it: for a private token in HighLevel under Settings > Private Integrations (the token stays the same, the change works at once), for OAuth with ghl-contacts-mcp login --scopes';
const REPORT = 'Report this to the maintainers of ghl-contacts-mcp.';

export const BAD_TOKEN = /invalid (jwt|private integration token|token)|access token is invalid/i;
/** A 401 without any of these words is not about the sign-in: "Command timed out" was seen. */
const SIGN_IN_WORDS =
  /token|jwt|auth|scope|version|class|location|permission|access|credential|integration|sign|log ?in/i;

/** `Contact with id X not found`, with the kind of record and the id. */
const MISSING_ID = /\b(\w+) with id (\S+) (?:was |is )?(?:not found|does not exist)/i;
/** The same without an id. It must name the kind of record: a gateway says that a page or route is not found. */
const MISSING =
  /\b(contact|task|note|event|appointment|campaign|workflow|business|user|calendar|follower|tag)s?\b[^.]{0,40}(not found|does not exist)/i;

/** Whether an id in an error is one that was asked for; an error about another id belongs to another request. */
const isRequested = (args: Json, value: unknown): boolean => !isId(value) || Object.values(args).flat().includes(value);

/**
 * The errors that HighLevel is known for; the first that matches counts, and the last matches everything. A 401 is as often
 * about scope, token class or version as about the token. Unknown texts are never shown: anybody may have written them.
 */
export const KNOWN_ERRORS: readonly KnownError[] = [
  {
    kind: 'duplicate',
    text: /does not allow duplicated contacts/i,
    message: ({ meta, route }) => {
      const field = meta.matchingField === 'email' || meta.matchingField === 'phone' ? meta.matchingField : undefined;
      const id = meta.contactId === undefined ? 'a contact that HighLevel does not name' : idText(meta.contactId);
      const name = `(name ${quoteForMessage(meta.contactName ?? '')}, same ${field ?? 'email or phone'})`;
      return route.startsWith('PUT ')
        ? `The ${field ?? 'value'} belongs to another person: ${id} ${name}. Nothing was written. Do not write to that other contact: leave the value out, or ask the user which of the two it belongs to.`
        : `This contact already exists as ${id} ${name}. Nothing was written. Use get_contact to look at it, then update_contact on that id.`;
    },
    existing: ({ meta }) => (isId(meta.contactId) ? meta.contactId : undefined),
    fields: ({ meta: { matchingField: name } }) =>
      name === 'email' || name === 'phone' ? [{ name, isUnknown: false }] : [],
  },
  {
    // Status 400 or 422; the message is a text or a list.
    kind: 'validation',
    text: /contacts without email, phone, firstname and lastname are not allowed/i,
    message: () => NO_IDENTITY,
  },
  {
    kind: 'version',
    text: /version header|invalid api version/i,
    message: () => `HighLevel refused the API version header. The token is not at fault: do not replace it. ${REPORT}`,
  },
  {
    kind: 'scope',
    text: /not authorized for this scope/i,
    message: ({ scope }) =>
      `The token lacks the scope ${scope}. ${SCOPES_PAGE}. An agency token can never read contacts: use one made inside the sub-account.`,
  },
  {
    kind: 'agencyToken',
    text: /user type mismatch|authclass type/i,
    message: () =>
      'This is an agency token, and contacts belong to a sub-account. The owner makes a private integration inside the sub-account and uses its token (GHL_API_KEY, or ghl-contacts-mcp login --api-key).',
  },
  {
    kind: 'location',
    text: /not accessible from this token|does not have access to this location/i,
    message: ({ locationId }) =>
      `The token does not belong to location ${locationId}, or the id belongs to another location. The owner checks that GHL_LOCATION_ID and the token come from the same sub-account.`,
  },
  {
    kind: 'plan',
    text: /do not have access to this feature/i,
    message: () => "The account's HighLevel plan does not include this.",
  },
  {
    kind: 'unauthorized',
    text: BAD_TOKEN,
    message: () =>
      'HighLevel does not accept the token: it is mistyped, revoked or expired. The owner makes a valid one (Settings > Private Integrations) and sets GHL_API_KEY to it, or signs in again with ghl-contacts-mcp login.',
  },
  {
    kind: 'unauthorized',
    status: [401],
    when: ({ text }) => SIGN_IN_WORDS.test(text),
    message: () =>
      'HighLevel refused the sign-in (401). The owner runs ghl-contacts-mcp doctor, which says what is wrong.',
  },
  {
    kind: 'serverError',
    status: [401],
    message: () =>
      'HighLevel failed (401, with no message about the sign-in). Try again in a minute; if the error remains, the owner runs ghl-contacts-mcp doctor.',
  },
  {
    kind: 'blocked',
    text: /error (code: ?)?1010/i,
    message: () =>
      'The network edge in front of HighLevel blocked this server (1010). Nothing was done. Try again later or from another network.',
  },
  {
    kind: 'location',
    status: [403],
    message: () =>
      'HighLevel refused access (403). The owner checks that the token belongs to this location and has the scopes it needs.',
  },
  {
    kind: 'unknownRoute',
    text: /^cannot (get|post|put|delete) /i,
    certain: false,
    message: ({ route }) => `HighLevel does not know the route ${route}. ${REPORT}`,
  },
  {
    kind: 'unknownRoute',
    text: /not available in api version/i,
    message: ({ route }) => `HighLevel has removed ${route} from this version. ${REPORT}`,
  },
  {
    kind: 'validation',
    text: /invalid field ([\w.]+)/i,
    fields: (_, [, name = '']) => [{ name, isUnknown: true }],
    message: ({ args }, [, field]) =>
      `Search does not know the field ${quoteForMessage(field)}${operatorOf(args, field)}. Custom fields are customFields. and the name or id; the description of search_contacts lists the rest.`,
  },
  {
    kind: 'unreadable',
    text: MISSING_ID,
    certain: false,
    when: ({ isJson, args }, [, , about]) => isJson && !isRequested(args, about),
    message: () => 'HighLevel answered about another id than the one asked for. Try again in a minute.',
  },
  {
    kind: 'missing',
    status: [400, 404],
    text: /contact with id \S{1,100} not found|contact not found/i,
    when: ({ isJson }) => isJson,
    message: ({ args }) =>
      `There is no contact ${idText(args.contactId)} in this location; it may have been deleted. Use search_contacts or find_duplicate_contact to find the id.`,
  },
  {
    kind: 'missing',
    status: [400, 404],
    text: /event id is invalid/i,
    when: ({ isJson }) => isJson,
    message: () => 'There is no such appointment. Use list_contact_appointments to find the id.',
  },
  {
    kind: 'missing',
    status: [400, 404],
    text: MISSING_ID,
    when: ({ isJson }) => isJson,
    message: ({ args }) => notFound(args),
  },
  {
    kind: 'missing',
    status: [400, 404],
    text: MISSING,
    when: ({ isOwn }) => isOwn,
    message: ({ args }) => notFound(args),
  },
  {
    kind: 'redirect',
    status: [301, 302, 303, 307, 308],
    certain: false,
    message: ({ status }) =>
      `HighLevel answered with a redirect (${status}), which is never followed, so that the token is sent to no other server. Check GHL_BASE_URL.`,
  },
  {
    kind: 'tooLarge',
    status: [413],
    message: () => 'HighLevel refused the request because it is too large. Send less in one call.',
  },
  {
    kind: 'validation',
    status: [422],
    when: ({ isJson }) => isJson,
    // HighLevel is known to answer a create with 422 and to create the record all the same.
    certain: false,
    fields: ({ messages }) => refusedFields(messages),
    message: ({ messages, creates }) =>
      `HighLevel refused these values: ${refusedValues(messages)}. ${creates ? 'First check whether the record was created, because HighLevel sometimes refuses values and creates it all the same; then correct them and try again.' : 'Correct them and try again.'}`,
  },
  {
    kind: 'rateLimited',
    status: [429],
    certain: true,
    message: () => 'The rate limit of this location is reached (429). Nothing was done. Try again in 10 seconds.',
  },
  {
    kind: 'serverError',
    status: [500, 502, 503, 504],
    certain: false,
    message: ({ status }) => `HighLevel failed (${status}). Try again in a minute.`,
  },
  {
    // From a gateway, or from an unknown route, which was seen to answer with an empty body.
    kind: 'refused',
    status: [404],
    when: ({ isJson }) => !isJson,
    message: ({ route }) =>
      `A 404 that is not from HighLevel itself: either a gateway failed, or HighLevel does not know the route ${route}. It does not show that the record is missing. Try again in a minute; if the error remains, report it to the maintainers of ghl-contacts-mcp.`,
  },
  {
    kind: 'refused',
    message: ({ status }) => `HighLevel refused the request (${status}) for a reason this server does not know.`,
  },
];
