import { missingScope } from '../../api/errors.ts';
import { SCOPES, type Scope } from '../../api/scopes.ts';
import { SettingError } from '../../lib/errors.ts';
import { nearest } from '../../lib/nearest.ts';
import { quotedSetting } from '../../lib/redact.ts';
import { quoteForMessage } from '../../lib/text.ts';
import { type Permissions, switchedOffMessage } from './permissions.ts';
import { findForbiddenAction } from './required-actions.ts';
import { scopesOf, settingOf, type Tool, type ToolSetting } from './tool.ts';

const wordsOf = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);
const isScope = (word: string): word is Scope => SCOPES.some((scope) => scope === word);

/** How HighLevel spells scopes, also those of its other products. */
const SCOPE_SHAPE = /^[a-z][\w-]*([/.][\w-]+)*\.(readonly|read|write)$/i;
/** Most letters by which a misspelt scope differs from the correct one. */
const MAX_TYPING_ERRORS = 2;

/**
 * The scopes of a setting; `others` are those of other products, which this server does not use.
 * @throws SettingError for a word that is no scope, or a misspelt scope
 */
export function parseScopes(text: string, setting = 'GHL_SCOPES') {
  const named = [...new Set(wordsOf(text))];
  const scopes: readonly Scope[] = named.filter(isScope);
  const others = named.filter((word) => !isScope(word));
  for (const word of others) {
    const meant = nearestScope(word);
    if (meant === undefined && SCOPE_SHAPE.test(word)) continue;
    const advice = meant
      ? `; did you mean ${meant}?`
      : '. Use names such as contacts.readonly or contacts.write, separated by spaces or commas.';
    throw new SettingError(`${setting}: ${quotedSetting(word)} is not a scope${advice}`);
  }
  return { scopes, others };
}

/** The scope that a misspelt word stands for. */
function nearestScope(word: string): Scope | undefined {
  const name = word.slice(0, 60).replace(/\.read$/i, '.readonly');
  const readScope = `${name.split('.')[0]}.readonly`;
  return (
    nearest(name, SCOPES, MAX_TYPING_ERRORS) ?? (SCOPE_SHAPE.test(name) ? undefined : nearest(readScope, SCOPES, 1))
  );
}

type ToolTest = (tool: Tool) => boolean;

/** Words of GHL_TOOLS that stand for sets of tools. */
const SETS: Readonly<Record<string, ToolTest>> = {
  read: ({ effect }) => effect === 'read',
  write: ({ effect }) => effect !== 'read',
  delete: ({ effect }) => effect === 'delete',
  bulk: ({ name }) => name.startsWith('bulk_'),
  automation: ({ family }) => family === 'campaigns' || family === 'workflows',
};

/** The owner's selection by GHL_TOOLS. It removes tools and never adds one. */
export interface Selection {
  /** Whether the tool is listed. A tool that is only not named may still be part of another tool. */
  readonly includes: ToolTest;
  /** The word with a minus that forbids what this tool does, also as part of another tool. */
  readonly forbids: (tool: Tool) => string | undefined;
}
const ALL: Selection = { includes: () => true, forbids: () => undefined };

/** GHL_TOOLS names tools, families and sets; a minus excludes. Without a word that includes, all are included. */
export function parseSelection(text: string, tools: readonly Tool[]): Selection {
  const parsed = wordsOf(text).map((word) => {
    const name = word.replace(/^-/, '').toLowerCase();
    const set = Object.hasOwn(SETS, name) ? SETS[name] : undefined;
    const test: ToolTest = set ?? ((tool) => tool.family === name || tool.name === name);
    if (!tools.some(test)) {
      const known = [...new Set(tools.map((tool) => tool.family)), ...Object.keys(SETS)].join(', ');
      throw new SettingError(
        `GHL_TOOLS: ${quotedSetting(word)} is no family, tool or set. Families and sets: ${known}; each also with a minus.`,
      );
    }
    return { word, test, excludes: word.startsWith('-') };
  });
  const included = parsed.filter(({ excludes }) => !excludes);
  const excluded = parsed.filter(({ excludes }) => excludes);
  return {
    includes: (tool) => included.length === 0 || included.some(({ test }) => test(tool)),
    forbids: (tool) => excluded.find(({ test }) => test(tool))?.word,
  };
}

/** A tool that is not offered: its scope is not in effect, its setting is not given, or GHL_TOOLS leaves it out. */
export interface HiddenTool {
  readonly tool: Tool;
  readonly reason: 'scope' | 'setting' | 'selection';
}

export interface ToolAccess extends Permissions {
  readonly offered: readonly Tool[];
  readonly hidden: readonly HiddenTool[];
  /** How the owner grants a scope, where it takes more than the settings. */
  readonly howToGrant?: ((scope: Scope) => string) | undefined;
}

export const isOffered = ({ offered }: ToolAccess, name: string): boolean => offered.some((tool) => tool.name === name);

/** Decides which tools a host is offered: by scope, by the settings given, then by the owner's selection. */
export function resolveToolAccess(
  tools: readonly Tool[],
  scopes: readonly Scope[],
  selection: Selection = ALL,
  howToGrant?: ToolAccess['howToGrant'],
  settings: readonly ToolSetting[] = [],
): ToolAccess {
  const forbidden = new Map(
    tools.flatMap((tool) => {
      const word = selection.forbids(tool);
      return word === undefined ? [] : [[tool.name, word] as const];
    }),
  );
  const reasonToHide = (tool: Tool): HiddenTool['reason'] | undefined => {
    if (missingScopeOf(tool, scopes)) return 'scope';
    const setting = settingOf(tool);
    if (setting && !settings.includes(setting)) return 'setting';
    // A tool is offered while some of its uses are allowed.
    const isUseless = findForbiddenAction(tool.name, undefined, forbidden) !== undefined;
    return selection.includes(tool) && !isUseless ? undefined : 'selection';
  };
  const hidden = tools.flatMap((tool): HiddenTool[] => {
    const reason = reasonToHide(tool);
    return reason ? [{ tool, reason }] : [];
  });
  return { offered: tools.filter((tool) => !reasonToHide(tool)), hidden, forbidden, scopes, howToGrant };
}

/** The error message for a call of a tool that is not offered. */
export function explainUnavailable(access: ToolAccess, name: string): string {
  const found = access.hidden.find(({ tool }) => tool.name === name);
  if (!found) return `There is no tool ${quoteForMessage(name)}; tools/list names those there are.`;
  const missing = missingScopeOf(found.tool, access.scopes);
  if (missing) return missingScope(name, missing, access.howToGrant);
  if (found.reason === 'setting')
    return `${name} is off until the owner sets ${settingOf(found.tool)} and restarts the server; nothing was sent.`;
  return switchedOffMessage(name, findForbiddenAction(name, undefined, access.forbidden));
}

const missingScopeOf = (tool: Tool, scopes: readonly Scope[]): Scope | undefined =>
  scopesOf(tool).find((scope) => !scopes.includes(scope));
