import { plainText, quoted } from './untrusted.ts';

/** A failure whose message is a finished sentence for the model and the person behind it. */
export class UserError extends Error {
  override readonly name: string = 'UserError';
}

/** What HighLevel (or the way to it) answered, as a sentence; secrets are removed when it is built. */
export class ApiError extends UserError {
  override readonly name = 'ApiError';
  /** HTTP status, or 0 where no answer came. */
  readonly status: number;
  readonly traceId: string | undefined;
  constructor(sentence: string, status: number, traceId?: string) {
    super(redact(traceId ? `${sentence} (traceId ${traceId})` : sentence));
    this.status = status;
    this.traceId = traceId;
  }
}

const SECRETS = /\bpit-[0-9a-f-]{8,}|\beyJ[\w-]+\.[\w-]+(\.[\w-]+)?|\bBearer\s+\S+/gi;
export const redact = (text: string): string => text.replace(SECRETS, '[redacted]');

/** A refusal as it came, with what a sentence about it needs to know. */
export interface Refusal {
  readonly status: number;
  readonly body: unknown;
  readonly route: string;
  readonly scope: string;
  readonly locationId: string;
  readonly ids: Readonly<Record<string, unknown>>;
}

interface Known {
  readonly status?: readonly number[];
  readonly text?: RegExp;
  readonly say: (refusal: Refusal, match: readonly string[], meta: Record<string, unknown>) => string;
}

const GRANT =
  'The owner edits the scopes in HighLevel under Settings > Private Integrations (the token stays the same, the change works at once)';

/** The refusals HighLevel is known to answer with, most telling first. Texts it is not known for are never shown. */
const KNOWN: readonly Known[] = [
  {
    text: /does not allow duplicated contacts/i,
    say: (_, __, meta) =>
      `This contact already exists as ${id(meta.contactId)} (name ${quoted(meta.contactName ?? '')}, same ${quoted(meta.matchingField ?? 'email or phone')}). Nothing was written. Use get_contact to look at it, then update_contact on that id.`,
  },
  {
    text: /version header|api version/i,
    say: () =>
      'HighLevel refused the API version header. The token is not at fault: do not replace it. Report this to the maintainers of ghl-contacts-mcp.',
  },
  {
    text: /not authorized for this scope/i,
    say: ({ scope }) =>
      `The token lacks the scope ${scope}. ${GRANT}. An agency token can never read contacts: use one made inside the sub-account.`,
  },
  {
    text: /user type mismatch|authclass type/i,
    say: () =>
      'This is an agency token, and contacts belong to a sub-account. The owner makes a private integration inside the sub-account and sets GHL_API_KEY to its token.',
  },
  {
    text: /not accessible from this token|does not have access to this location/i,
    say: ({ locationId }) =>
      `The token does not belong to location ${locationId}, or the id belongs to another location. The owner checks that GHL_LOCATION_ID and GHL_API_KEY come from the same sub-account.`,
  },
  {
    text: /do not have access to this feature/i,
    say: () => "The account's HighLevel plan does not include this feature.",
  },
  {
    text: /invalid (jwt|private integration token|token)|access token is invalid/i,
    say: () =>
      'HighLevel does not accept the token: it is mistyped, revoked or expired. The owner sets GHL_API_KEY to a valid one (Settings > Private Integrations) and restarts the server.',
  },
  { status: [401], say: () => 'HighLevel refused the sign-in (401). The owner checks GHL_API_KEY and its scopes.' },
  {
    text: /error code: ?1010|error 1010/i,
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
    say: ({ route }) =>
      `HighLevel does not know the route ${route}. It may have been removed; report this to the maintainers of ghl-contacts-mcp.`,
  },
  {
    text: /not available in api version/i,
    say: ({ route }) =>
      `HighLevel has removed ${route} from this API version; report this to the maintainers of ghl-contacts-mcp.`,
  },
  {
    text: /invalid field ([\w.]+)/i,
    say: (_, match) =>
      `Search does not know the field ${quoted(match[1])}. Custom fields are customFields.<id>, with the id and not the name; the description of search_contacts lists the rest.`,
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
  { status: [400, 404], text: /not found|no .* found|invalid/i, say: ({ ids }) => missing(ids) },
  { status: [413], say: () => 'HighLevel refused the request because it is too large. Send less in one call.' },
  {
    status: [422],
    say: (_, match) =>
      `HighLevel refused these values: ${match[0]}. Nothing should have been written; correct them and try again.`,
  },
  {
    status: [429],
    say: () => 'The rate limit of this location is reached (429). Nothing was done. Try again in 10 seconds.',
  },
];

const id = (value: unknown): string => (/^[\w-]{1,64}$/.test(String(value)) ? String(value) : quoted(value));

function missing(ids: Refusal['ids']): string {
  const given = Object.entries(ids).filter(([, value]) => typeof value === 'string');
  const [name, value] = given.at(-1) ?? ['id', 'given'];
  const parent = given.length > 1 ? ` on contact ${id(ids.contactId)}` : '';
  return `HighLevel finds no ${name} ${id(value)}${parent}. List what there is to find the right id.`;
}

/** Wordings of the API's own validation that say which field is wrong; anything else it says stays unsaid. */
const VALIDATION = /^(property [\w.]+ should not exist|[\w.]+ (must|should) (not )?be [\w ,.'-]{1,60})$/;
const FALLBACK_422 = 'the API does not say which';

/** The sentence for a refusal. */
export function refusal(r: Refusal): ApiError {
  const body = (typeof r.body === 'object' && r.body !== null ? r.body : {}) as Record<string, unknown>;
  const messages = (Array.isArray(body.message) ? body.message : [body.message ?? r.body]).filter(
    (m) => typeof m === 'string',
  );
  const text = plainText(messages.join('; ')).slice(0, 2_000);
  const traceId = typeof body.traceId === 'string' && /^[\w-]{8,64}$/.test(body.traceId) ? body.traceId : undefined;
  const meta = (typeof body.meta === 'object' && body.meta !== null ? body.meta : {}) as Record<string, unknown>;
  if (r.status === 422) {
    const known = messages.filter((m) => VALIDATION.test(m)).join('; ') || FALLBACK_422;
    return new ApiError(KNOWN.find((k) => k.status?.includes(422))?.say(r, [known], meta) ?? known, 422, traceId);
  }
  for (const known of KNOWN) {
    const match = known.text ? text.match(known.text) : [''];
    if (match && (known.status?.includes(r.status) ?? true))
      return new ApiError(known.say(r, match, meta), r.status, traceId);
  }
  if (r.status >= 500) return new ApiError(`HighLevel failed (${r.status}). Try again in a minute.`, r.status, traceId);
  return new ApiError(
    `HighLevel refused the request (${r.status}) for a reason this server does not know.`,
    r.status,
    traceId,
  );
}
