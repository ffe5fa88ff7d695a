import type { ToolFace } from '../../api/endpoint.ts';
import type { Scope } from '../../api/scopes.ts';
import { UserError } from '../../lib/errors.ts';
import type { Json } from '../../lib/json.ts';
import { type ForbiddenAction, type ForbiddenActions, findForbiddenAction } from './required-actions.ts';

/** What a tool may do: the scopes in effect, less what the owner forbade. */
export interface Permissions {
  /** Scopes in effect. */
  readonly scopes: readonly Scope[];
  /** What the owner forbade, by the names of the tools that do it. */
  readonly forbidden: ForbiddenActions;
}

/** What the owner switched off: nothing was sent for it. */
export class SwitchedOff extends UserError {}

/** @throws SwitchedOff for a use of a tool that comes to something the owner forbade, be it as part of another tool */
export function assertAllowed({ name }: ToolFace, args: Json, { forbidden }: Permissions): void {
  const found = findForbiddenAction(name, args, forbidden);
  if (found) throw new SwitchedOff(switchedOffMessage(name, found));
}

/** Whether a part of a tool may be read: its scope is in effect, and the owner did not forbid it. */
export const mayRead = (endpoint: ToolFace, { scopes, forbidden }: Permissions): boolean =>
  scopes.includes(endpoint.scope) && findForbiddenAction(endpoint.name, {}, forbidden) === undefined;

/** What is said of a use of a tool that the owner switched off. */
export function switchedOffMessage(name: string, found: ForbiddenAction | undefined): string {
  const setting = found ? `GHL_TOOLS (${found.word})` : 'GHL_TOOLS';
  if (!found || found.act === name)
    return `${name} is switched off by ${setting}; nothing was sent. The owner allows it by changing that setting and restarting the server.`;
  const { act, argument } = found;
  const what = argument === undefined ? name : `${argument} of ${name}`;
  const remedy = argument === undefined ? 'The owner allows it' : `Leave out ${argument}, or the owner allows it`;
  return `${what} would do what ${act} does, which is switched off by ${setting}; nothing was sent. ${remedy} by changing that setting and restarting the server.`;
}
