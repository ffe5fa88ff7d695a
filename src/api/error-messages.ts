import { firstCharacters, quoteForMessage, stripHiddenCharacters } from '../lib/text.ts';
import { ID } from './endpoint.ts';
import { ApiError, type ErrorKind } from './errors.ts';

/** A refusal as it came, with what a sentence about it needs to know. */
export interface RejectedResponse {
  readonly status: number;
  /** Parsed JSON, or the text of an answer that was none. */
  readonly body: unknown;
  readonly route: string;
  readonly scope: string;
  readonly locationId: string;
  /** Whether the call makes something new. */
  readonly creates: boolean;
  /** The call's arguments, for the ids among them. */
  readonly ids: Readonly<Record<string, unknown>>;
}

/** The parts of a refusal's body that the API is known to send. */
interface ParsedError extends RejectedResponse {
  readonly messages: readonly string[];
  readonly text: string;
  readonly meta: Readonly<Record<string, unknown>>;
  readonly traceId: string | undefined;
  /** True for a JSON object with a text; a web page of a gateway is none. */
  readonly json: boolean;
  /** True where the body also has the status, the list of messages or the trace id that HighLevel's application sends. */
  readonly own: boolean;
}

interface KnownError {
  readonly kind: ErrorKind;
  readonly status?: readonly number[];
  readonly text?: RegExp;
  /** A condition beside status and text. */
  readonly when?: (said: ParsedError, match: readonly string[]) => boolean;
  /** Whether it proves that nothing was written. By default a known text does, and any refusal of HighLevel's own. */
  readonly certain?: boolean;
  readonly say: (said: ParsedError, match: readonly string[]) => string;
  /** The contact in the way. */
  readonly existing?: (said: ParsedError) => string | undefined;
}

const SCOPES_PAGE =
  'The owner adds it: for a private token in HighLevel under Settings > Private Integrations (the token stays the same, the change works at once), for OAuth with ghl-contacts-mcp login --scopes';
const REPORT = 'Report this to the maintainers of ghl-contacts-mcp.';

const BAD_TOKEN = /invalid (jwt|private integration token|token)|access token is invalid/i;
/** A 401 without any of these words does not speak of the sign-in: "Command timed out" was seen. */
const SIGN_IN_WORDS =
  /token|jwt|auth|scope|version|class|location|permission|access|credential|integration|sign|log ?in/i;

/** `Contact with id X not found`, with the kind of thing and the id. */
const MISSING_ID = /\b(\w+) with id (\S+) (?:was |is )?(?:not found|does not exist)/i;
/** The same without an id. It must name the kind of thing: a gateway says that a page or route is not found. */
const MISSING =
  /\b(contact|task|note|event|appointment|campaign|workflow|business|user|calendar|follower|tag)s?\b[^.]{0,40}(not found|does not exist)/i;

/** Whether an id in a refusal is one that was asked for; a refusal about another id belongs to another request. */
const isAsked = (ids: RejectedResponse['ids'], value: unknown): boolean =>
  !isId(value) || Object.values(ids).flat().includes(value);

/**
 * The refusals HighLevel is known to answer with, the most telling first. A 401 is as often about scope, class or
 * version as about the token. Texts it is not known for are never shown: they may be anybody's.
 */
const KNOWN_ERRORS: readonly KnownError[] = [
  {
    kind: 'duplicate',
    text: /does not allow duplicated contacts/i,
    say: ({ meta, route }) => {
      const contact = `${id(meta.contactId)} (name ${quoteForMessage(meta.contactName ?? '')}, same ${quoteForMessage(meta.matchingField ?? 'email or phone')})`;
      return route.startsWith('PUT ')
        ? `The value belongs to another contact: ${contact}. Nothing was written. Do not write to that other contact: leave the value out, or ask the user which of the two it belongs to.`
        : `This contact already exists as ${contact}. Nothing was written. Use get_contact to look at it, then update_contact on that id.`;
    },
    existing: ({ meta }) => (isId(meta.contactId) ? meta.contactId : undefined),
  },
  {
    // It comes as 400 or 422, as a text or a list.
    kind: 'validation',
    text: /contacts without email, phone, firstname and lastname are not allowed/i,
    say: () => NO_IDENTITY,
  },
  {
    kind: 'version',
    text: /version header|invalid api version/i,
    say: () => `HighLevel refused the API version header. The token is not at fault: do not replace it. ${REPORT}`,
  },
  {
    kind: 'scope',
    text: /not authorized for this scope/i,
    say: ({ scope }) =>
      `The token lacks the scope ${scope}. ${SCOPES_PAGE}. An agency token can never read contacts: use one made inside the sub-account.`,
  },
  {
    kind: 'unauthorized',
    text: /user type mismatch|authclass type/i,
    say: () =>
      'This is an agency token, and contacts belong to a sub-account. The owner makes a private integration inside the sub-account and uses its token (GHL_API_KEY, or ghl-contacts-mcp login --api-key).',
  },
  {
    kind: 'location',
    text: /not accessible from this token|does not have access to this location/i,
    say: ({ locationId }) =>
      `The token does not belong to location ${locationId}, or the id belongs to another location. The owner checks that GHL_LOCATION_ID and the token come from the same sub-account.`,
  },
  {
    kind: 'plan',
    text: /do not have access to this feature/i,
    say: () => "The account's HighLevel plan does not include this.",
  },
  {
    kind: 'unauthorized',
    text: BAD_TOKEN,
    say: () =>
      'HighLevel does not accept the token: it is mistyped, revoked or expired. The owner makes a valid one (Settings > Private Integrations) and sets GHL_API_KEY to it, or signs in again with ghl-contacts-mcp login.',
  },
  {
    kind: 'unauthorized',
    status: [401],
    when: ({ text }) => SIGN_IN_WORDS.test(text),
    say: () => 'HighLevel refused the sign-in (401). The owner runs ghl-contacts-mcp doctor, which says what is wrong.',
  },
  {
    kind: 'serverError',
    status: [401],
    say: () =>
      'HighLevel failed (401 without a word about the sign-in). Try again in a minute; if it goes on, the owner runs ghl-contacts-mcp doctor.',
  },
  {
    kind: 'blocked',
    text: /error (code: ?)?1010/i,
    say: () =>
      'The network edge in front of HighLevel blocked this server (1010). Nothing was done. Try again later or from another network.',
  },
  {
    kind: 'location',
    status: [403],
    say: () =>
      'HighLevel refused access (403). The owner checks that the token belongs to this location and has the scopes it needs.',
  },
  {
    kind: 'unknownRoute',
    text: /^cannot (get|post|put|delete) /i,
    certain: false,
    say: ({ route }) => `HighLevel does not know the route ${route}. ${REPORT}`,
  },
  {
    kind: 'unknownRoute',
    text: /not available in api version/i,
    say: ({ route }) => `HighLevel has removed ${route} from this version. ${REPORT}`,
  },
  {
    kind: 'validation',
    text: /invalid field ([\w.]+)/i,
    say: ({ ids }, match) =>
      `Search does not know the field ${quoteForMessage(match[1])}${operatorOf(ids.filters, match[1])}. Custom fields are customFields.<id>, with the id and not the name; the description of search_contacts lists the rest.`,
  },
  {
    kind: 'unreadable',
    text: MISSING_ID,
    certain: false,
    when: ({ json, ids }, [, , about]) => json && !isAsked(ids, about),
    say: () => 'HighLevel answered about another id than the one asked for. Try again in a minute.',
  },
  {
    kind: 'missing',
    status: [400, 404],
    text: /contact with id \S{1,100} not found|contact not found/i,
    when: ({ json }) => json,
    say: ({ ids }) =>
      `There is no contact ${id(ids.contactId)} in this location; it may have been deleted. Use search_contacts or find_duplicate_contact to find the id.`,
  },
  {
    kind: 'missing',
    status: [400, 404],
    text: /event id is invalid/i,
    when: ({ json }) => json,
    say: () => 'There is no such appointment. Use list_contact_appointments to find the id.',
  },
  {
    kind: 'missing',
    status: [400, 404],
    text: MISSING_ID,
    when: ({ json }) => json,
    say: ({ ids }) => missing(ids),
  },
  { kind: 'missing', status: [400, 404], text: MISSING, when: ({ own }) => own, say: ({ ids }) => missing(ids) },
  {
    kind: 'redirect',
    status: [301, 302, 303, 307, 308],
    certain: false,
    say: ({ status }) =>
      `HighLevel answered with a redirect (${status}), which is never followed: the token goes nowhere else. Check GHL_BASE_URL.`,
  },
  {
    kind: 'tooLarge',
    status: [413],
    say: () => 'HighLevel refused the request because it is too large. Send less in one call.',
  },
  {
    kind: 'validation',
    status: [422],
    when: ({ json }) => json,
    // A create is known to be refused and done all the same.
    certain: false,
    say: ({ messages, creates }) =>
      `HighLevel refused these values: ${refusedValues(messages)}. ${creates ? 'Look first whether it was created, for HighLevel is known to refuse and create all the same; then correct them and try again.' : 'Correct them and try again.'}`,
  },
  {
    kind: 'rateLimited',
    status: [429],
    certain: true,
    say: () => 'The rate limit of this location is reached (429). Nothing was done. Try again in 10 seconds.',
  },
  {
    kind: 'serverError',
    status: [500, 502, 503, 504],
    certain: false,
    say: ({ status }) => `HighLevel failed (${status}). Try again in a minute.`,
  },
  {
    // A gateway, or a route that is not there: an unknown route was seen to answer with an empty body.
    kind: 'refused',
    status: [404],
    when: ({ json }) => !json,
    say: ({ route }) =>
      `A 404 without a word from HighLevel itself: either a gateway on the way failed, or HighLevel does not know the route ${route}. It does not show that anything is missing. Try again in a minute; if it goes on, report it to the maintainers of ghl-contacts-mcp.`,
  },
  {
    kind: 'refused',
    say: ({ status }) => `HighLevel refused the request (${status}) for a reason this server does not know.`,
  },
];

/** Why a contact cannot be created, before anything is sent and when HighLevel says so. */
export const NO_IDENTITY =
  'A new contact needs at least one of email, phone, firstName, lastName (or name, which is split into the two). Nothing was written. Give one of them.';

/** Wordings of the API's own validation, which name our fields and nobody's text. */
const VALIDATION = /^(property [\w.]+ should not exist|(each value in )?[\w.]+ (must|should) [\w ,.:'-]{1,300})$/;

/** Faults named of one request. */
const NAMED = 20;

function refusedValues(messages: readonly string[]): string {
  const known = messages.filter((message) => VALIDATION.test(message));
  const more = known.length > NAMED ? ` and ${known.length - NAMED} more` : '';
  return known.length > 0 ? known.slice(0, NAMED).join('; ') + more : 'it does not say which';
}

const isId = (value: unknown): value is string => typeof value === 'string' && ID.test(value);
const id = (value: unknown): string => (isId(value) ? value : quoteForMessage(value));

/** The operator that was used with a field in question. */
function operatorOf(filters: unknown, field: unknown): string {
  const all = (Array.isArray(filters) ? filters : []).flatMap((filter) => [filter, ...(filter.filters ?? [])]);
  // The index keeps names in lower case under names of their own.
  const used = all.find(({ field: given }) => given === field || `${given}LowerCase` === field)?.operator;
  return used === undefined ? ', or not with this operator' : `, or not with the operator ${quoteForMessage(used)}`;
}

function missing(ids: RejectedResponse['ids']): string {
  const given = Object.entries(ids).filter(([name, value]) => name.endsWith('Id') && typeof value === 'string');
  const [name, value] = given.at(-1) ?? ['id', 'given'];
  const parent = given.length > 1 ? ` on contact ${id(ids.contactId)}` : '';
  return `HighLevel finds no ${name} ${id(value)}${parent}. List what there is to find the right id.`;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const asText = (value: unknown): string[] => [value].flat().filter((each) => typeof each === 'string');

/** What a body says: its message, or its error where it has no message, as a missing contact, task or note has. */
const messagesOf = (body: unknown): string[] => (isObject(body) ? asText(body.message ?? body.error) : asText(body));

function read(refusal: RejectedResponse): ParsedError {
  const { status, body } = refusal;
  const { traceId, meta, message, ...rest } = isObject(body) ? body : {};
  const messages = messagesOf(body);
  const json = isObject(body) && messages.length > 0;
  const trace = typeof traceId === 'string' && /^[\w-]{8,64}$/.test(traceId) ? traceId : undefined;
  const hasStatus = rest.statusCode === status || rest.status === status;
  return {
    ...refusal,
    messages,
    text: firstCharacters(stripHiddenCharacters(messages.join('; ')), 2_000),
    meta: isObject(meta) ? meta : {},
    traceId: trace,
    json,
    own: json && (Array.isArray(message) || hasStatus || trace !== undefined),
  };
}

/** True for a 401 that a new token fixes; a 401 about scope, class, location or version is none. */
export const isExpired = ({ status, body }: { status: number; body: unknown }): boolean =>
  status === 401 && BAD_TOKEN.test(messagesOf(body).join('; '));

/** A 401 that is trouble of a gateway and says nothing of the sign-in. */
export const isGatewayFailure = ({ status, body }: { status: number; body: unknown }): boolean =>
  status === 401 &&
  find({ status, body, route: '', scope: '', locationId: '', creates: false, ids: {} }).known.kind === 'serverError';

function find(refused: RejectedResponse) {
  const said = read(refused);
  for (const known of KNOWN_ERRORS) {
    const match = known.text ? said.text.match(known.text) : [];
    if (match && (known.status?.includes(said.status) ?? true) && (known.when?.(said, match) ?? true))
      return { said, known, match };
  }
  throw new Error('unreachable: the last row of the table matches everything');
}

/** The sentence for a refusal, and what it means. */
export function toApiError(refused: RejectedResponse): ApiError {
  const { said, known, match } = find(refused);
  const { kind, say: notify, existing, certain = said.own || known.text !== undefined } = known;
  return new ApiError(notify(said, match), kind, said.status, {
    traceId: said.traceId,
    existing: existing?.(said),
    certain,
  });
}
