import { UserError } from '../lib/errors.ts';
import { redact } from '../lib/redact.ts';
import type { Scope } from './scopes.ts';

/** What an error of the API means. Code decides by the kind, never by the status or the message. */
export type ErrorKind =
  /** HighLevel itself says that the record does not exist. */
  | 'missing'
  /** The email or phone belongs to another contact: `existing`. */
  | 'duplicate'
  /** The values were refused; `fields` where HighLevel names them. */
  | 'validation'
  /** The token is not accepted. */
  | 'unauthorized'
  /** The token belongs to an agency and not to a sub-account. */
  | 'agencyToken'
  | 'scope'
  /** The token belongs to another location, or the id does. */
  | 'location'
  | 'plan'
  /** The API version header, or a route that this version does not have. */
  | 'version'
  | 'unknownRoute'
  | 'redirect'
  | 'tooLarge'
  /** The network edge in front of HighLevel refused. */
  | 'blocked'
  /** Any other error response. */
  | 'refused'
  | 'rateLimited'
  /** HighLevel, or a gateway in front of it, failed. */
  | 'serverError'
  /** No response. */
  | 'unreachable'
  /** A success without the documented content, or about another record than was asked for. */
  | 'unreadable'
  /** The outcome of a write was uncertain, and reading back showed that nothing was written. */
  | 'notDone'
  /** The outcome of a write is uncertain, and reading back could not decide it. */
  | 'unknownOutcome';

/** A field whose value was refused; `isUnknown` if the API has no such field. */
export interface RefusedField {
  readonly name: string;
  readonly isUnknown: boolean;
}

interface Details {
  readonly traceId?: string | undefined;
  readonly existing?: string | undefined;
  readonly fields?: readonly RefusedField[] | undefined;
  readonly certain?: boolean | undefined;
}

/** An error response of HighLevel, or no usable response. Secrets are removed from the message. */
export class ApiError extends UserError {
  override readonly name = 'ApiError';
  readonly kind: ErrorKind;
  /** The message without the trace id: equal for equal errors. */
  readonly summary: string;
  /** HTTP status, or 0 without a response. */
  readonly status: number;
  /** Id of the contact that has this email or phone already. */
  readonly existing: string | undefined;
  readonly fields: readonly RefusedField[];
  /** True if it proves that nothing was written. */
  readonly certain: boolean;
  constructor(message: string, kind: ErrorKind, status: number, details: Details = {}) {
    const { traceId, existing, fields = [], certain = false } = details;
    super(redact(traceId ? `${message} (traceId ${traceId})` : message));
    this.summary = redact(message);
    this.kind = kind;
    this.status = status;
    this.existing = existing;
    this.fields = fields;
    this.certain = certain;
  }
}

const SHARED: ReadonlySet<ErrorKind> = new Set([
  'unauthorized',
  'agencyToken',
  'scope',
  'plan',
  'version',
  'rateLimited',
  'serverError',
  'unreachable',
  'notDone',
  'unknownOutcome',
]);

/** Whether other calls would fail in the same way: network, sign-in, plan, quota, 5xx. */
export const affectsOtherCalls = ({ kind }: ApiError): boolean => SHARED.has(kind);

/** Whether HighLevel itself says that the record does not exist. */
export const isMissing = (error: unknown): boolean => error instanceof ApiError && error.kind === 'missing';

/** How the owner of a private token grants a scope. */
export const grantBySettings = (scope: Scope): string =>
  `The owner grants it by adding ${scope} to GHL_SCOPES (and to the private integration in HighLevel, Settings > Private Integrations) and restarting the server.`;

/** Why a tool cannot be used, and how that is changed. */
export const missingScope = (name: string, scope: Scope, howToGrant = grantBySettings): string =>
  `${name} needs the scope ${scope}, which is not in effect; nothing was sent. ${howToGrant(scope)}`;
