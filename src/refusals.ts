import { ID } from './endpoint.ts';
import { ApiError } from './errors.ts';
import { firstCharacters, plainText, quoted } from './untrusted.ts';

/** A refusal as it came, with what a sentence about it needs to know. */
export interface Refusal {
  readonly status: number;
  /** Parsed JSON, or the text of an answer that was none. */
  readonly body: unknown;
  readonly route: string;
  readonly scope: string;
  readonly locationId: string;
  /** The call's arguments, for the ids among them. */
  readonly ids: Readonly<Record<string, unknown>>;
}

/** The parts of a refusal's body that the API is known to send. */
interface Said extends Refusal {
  readonly messages: readonly string[];
  readonly text: string;
  readonly meta: Readonly<Record<string, unknown>>;
  readonly traceId: string | undefined;
}

interface Known {
  readonly status?: readonly number[];
  readonly text?: RegExp;
  readonly say: (said: Said, match: readonly string[]) => string;
  /** The contact in the way. */
  readonly existing?: (said: Said) => string | undefined;
}

const SCOPES_PAGE =
  'The owner adds it: for a private token in HighLevel under Settings > Private Integrations (the token stays the same, the change works at once), for OAuth with ghl-contacts-mcp login --scopes';
const REPORT = 'Report this to the maintainers of ghl-contacts-mcp.';

const BAD_TOKEN = /invalid (jwt|private integration token|token)|access token is invalid/i;

/**
 * The refusals HighLevel is known to answer with, the most telling first. A 401 is as often about scope, class or
 * version as about the token. Texts it is not known for are never shown: they may be anybody's.
 */
const KNOWN: readonly Known[] = [
  {
    text: /does not allow duplicated contacts/i,
    say: ({ meta }) =>
      `This contact already exists as ${id(meta.contactId)} (name ${quoted(meta.contactName ?? '')}, same ${quoted(meta.matchingField ?? 'email or phone')}). Nothing was written. Use get_contact to look at it, then update_contact on that id.`,
    existing: ({ meta }) => (isId(meta.contactId) ? meta.contactId : undefined),
  },
  {
    text: /version header|invalid api version/i,
    say: () => `HighLevel refused the API version header. The token is not at fault: do not replace it. ${REPORT}`,
  },
  {
    text: /not authorized for this scope/i,
    say: ({ scope }) =>
      `The token lacks the scope ${scope}. ${SCOPES_PAGE}. An agency token can never read contacts: use one made inside the sub-account.`,
  },
  {
    text: /user type mismatch|authclass type/i,
    say: () =>
      'This is an agency token, and contacts belong to a sub-account. The owner makes a private integration inside the sub-account and uses its token (GHL_API_KEY, or ghl-contacts-mcp login --api-key).',
  },
  {
    text: /not accessible from this token|does not have access to this location/i,
    say: ({ locationId }) =>
      `The token does not belong to location ${locationId}, or the id belongs to another location. The owner checks that GHL_LOCATION_ID and the token come from the same sub-account.`,
  },
  { text: /do not have access to this feature/i, say: () => "The account's HighLevel plan does not include this." },
  {
    text: BAD_TOKEN,
    say: () =>
      'HighLevel does not accept the token: it is mistyped, revoked or expired. The owner makes a valid one (Settings > Private Integrations) and sets GHL_API_KEY to it, or signs in again with ghl-contacts-mcp login.',
  },
  {
    status: [401],
    say: () => 'HighLevel refused the sign-in (401). The owner runs ghl-contacts-mcp doctor, which says what is wrong.',
  },
  {
    text: /error (code: ?)?1010/i,
    say: () =>
      'The network edge in front of HighLevel blocked this server (1010). Nothing was done. Try again later or from another network.',
  },
  {
    status: [403],
    say: () =>
      'HighLevel refused access (403). The owner checks that the token belongs to this location and has the scopes it needs.',
  },
  {
    text: /^cannot (get|post|put|delete) /i,
    say: ({ route }) => `HighLevel does not know the route ${route}. ${REPORT}`,
  },
  {
    text: /not available in api version/i,
    say: ({ route }) => `HighLevel has removed ${route} from this version. ${REPORT}`,
  },
  {
    text: /invalid field ([\w.]+)/i,
    say: ({ ids }, match) =>
      `Search does not know the field ${quoted(match[1])}${operatorOf(ids.filters, match[1])}. Custom fields are customFields.<id>, with the id and not the name; the description of search_contacts lists the rest.`,
  },
  {
    text: /contact with id .* not found|contact not found/i,
    say: ({ ids }) =>
      `There is no contact ${id(ids.contactId)} in this location; it may have been deleted. Use search_contacts or find_duplicate_contact to find the id.`,
  },
  {
    text: /event id is invalid/i,
    say: () => 'There is no such appointment. Use list_contact_appointments to find the id.',
  },
  { status: [400, 404], text: /not found|does not exist/i, say: ({ ids }) => missing(ids) },
  {
    status: [301, 302, 303, 307, 308],
    say: ({ status }) =>
      `HighLevel answered with a redirect (${status}), which is never followed: the token goes nowhere else. Check GHL_BASE_URL.`,
  },
  { status: [413], say: () => 'HighLevel refused the request because it is too large. Send less in one call.' },
  {
    status: [422],
    say: ({ messages }) =>
      `HighLevel refused these values: ${refusedValues(messages)}. Correct them and try again. If this was a create, look first: HighLevel is known to refuse and create all the same.`,
  },
  {
    status: [429],
    say: () => 'The rate limit of this location is reached (429). Nothing was done. Try again in 10 seconds.',
  },
  { status: [500, 502, 503, 504], say: ({ status }) => `HighLevel failed (${status}). Try again in a minute.` },
  { say: ({ status }) => `HighLevel refused the request (${status}) for a reason this server does not know.` },
];

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
const id = (value: unknown): string => (isId(value) ? value : quoted(value));

/** The operator that was used with a field in question. */
function operatorOf(filters: unknown, field: unknown): string {
  const all = (Array.isArray(filters) ? filters : []).flatMap((filter) => [filter, ...(filter.filters ?? [])]);
  // The index keeps names in lower case under names of their own.
  const used = all.find(({ field: given }) => given === field || `${given}LowerCase` === field)?.operator;
  return used === undefined ? ', or not with this operator' : `, or not with the operator ${quoted(used)}`;
}

function missing(ids: Refusal['ids']): string {
  const given = Object.entries(ids).filter(([name, value]) => name.endsWith('Id') && typeof value === 'string');
  const [name, value] = given.at(-1) ?? ['id', 'given'];
  const parent = given.length > 1 ? ` on contact ${id(ids.contactId)}` : '';
  return `HighLevel finds no ${name} ${id(value)}${parent}. List what there is to find the right id.`;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function read(refusal: Refusal): Said {
  const body = isObject(refusal.body) ? refusal.body : { message: refusal.body };
  // A missing contact, task or note says so under `error`, and has no message.
  const messages = [body.message ?? body.error].flat().filter((m) => typeof m === 'string');
  const { traceId, meta } = body;
  return {
    ...refusal,
    messages,
    text: firstCharacters(plainText(messages.join('; ')), 2_000),
    meta: isObject(meta) ? meta : {},
    traceId: typeof traceId === 'string' && /^[\w-]{8,64}$/.test(traceId) ? traceId : undefined,
  };
}

/** A 401 that a new token mends; those about scope, class, location or version are not. */
export const isExpired = ({ status, body }: { status: number; body: unknown }): boolean =>
  status === 401 && isObject(body) && BAD_TOKEN.test(String(body.message));

/** The sentence for a refusal. */
export function refusal(refused: Refusal): ApiError {
  const said = read(refused);
  for (const { status, text, say, existing } of KNOWN) {
    const match = text ? said.text.match(text) : [];
    if (match && (status?.includes(said.status) ?? true))
      return new ApiError(say(said, match), said.status, { traceId: said.traceId, existing: existing?.(said) });
  }
  throw new Error('unreachable: the last row of the table matches everything');
}
