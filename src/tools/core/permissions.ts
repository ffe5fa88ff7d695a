import type { ToolSpec } from '../../api/endpoint.ts';
import type { Scope } from '../../api/scopes.ts';
import { UserError } from '../../lib/errors.ts';
import type { Json } from '../../lib/json.ts';
import { type ForbiddenAction, type ForbiddenActions, findForbiddenAction } from './required-actions.ts';

/** What a tool may do. */
export interface Permissions {
  /** Scopes in effect. */
  readonly scopes: readonly Scope[];
  /** What the owner forbids. */
  readonly forbidden: ForbiddenActions;
}

/** A call that was refused here, before anything was written; the kind is its reason in the journal. */
export abstract class RefusedCall extends UserError {
  abstract readonly kind: 'selection' | 'changed';
  /** The contact of the call, where it is known to be another than the text in the arguments. */
  readonly contactId: string | undefined;

  constructor(message: string, contactId?: string) {
    super(message);
    this.contactId = contactId;
  }
}

/** An action that the owner forbids by GHL_TOOLS; nothing was sent for it. */
export class SwitchedOff extends RefusedCall {
  readonly kind = 'selection';
}

/** @throws SwitchedOff if these arguments require an action that the owner forbids */
export function assertAllowed({ name }: ToolSpec, args: Json, { forbidden }: Permissions): void {
  const found = findForbiddenAction(name, args, forbidden);
  if (found) throw new SwitchedOff(switchedOffMessage(name, found));
}

/** Whether an endpoint may be called without arguments: its scope is in effect, and the owner does not forbid it. */
export const mayRead = (endpoint: ToolSpec, { scopes, forbidden }: Permissions): boolean =>
  scopes.includes(endpoint.scope) && findForbiddenAction(endpoint.name, {}, forbidden) === undefined;

export function switchedOffMessage(name: string, found: ForbiddenAction | undefined): string {
  const setting = found ? `GHL_TOOLS (${found.word})` : 'GHL_TOOLS';
  const allow = 'by changing that setting and restarting the server.';
  if (!found || found.action === name)
    return `${name} is switched off by ${setting}; nothing was sent. The owner allows it ${allow}`;
  const { action, argument } = found;
  const what = argument === undefined ? name : `${argument} of ${name}`;
  const remedy = argument === undefined ? 'The owner allows it' : `Leave out ${argument}, or the owner allows it`;
  return `${what} would do what ${action} does, which is switched off by ${setting}; nothing was sent. ${remedy} ${allow}`;
}
