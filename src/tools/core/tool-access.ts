import { missingScope } from '../../api/errors.ts';
import { SCOPES, type Scope } from '../../api/scopes.ts';
import { SettingError } from '../../lib/errors.ts';
import { nearest } from '../../lib/nearest.ts';
import { quotedSetting } from '../../lib/redact.ts';
import { quoteForMessage } from '../../lib/text.ts';
import { type Permissions, switchedOffMessage } from './permissions.ts';
import { findForbiddenAction } from './required-actions.ts';
import { scopesOf, type Tool } from './tool.ts';

const words = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);
const isScope = (word: string): word is Scope => (SCOPES as readonly string[]).includes(word);

/** How HighLevel spells scopes, those of other parts of it among them. */
const SCOPE_SHAPE = /^[a-z][\w-]*([/.][\w-]+)*\.(readonly|read|write)$/i;
/** Letters by which a word may differ from one of our scopes and still be meant for it. */
const TYPING_ERRORS = 2;

/** What was named: scopes this server knows, and those of other parts of HighLevel, which it has no use for. */
export interface NamedScopes {
  readonly scopes: readonly Scope[];
  readonly others: readonly string[];
}

/** @throws SettingError for a word that is no scope, or one of ours misspelt */
export function parseScopes(text: string, setting = 'GHL_SCOPES'): NamedScopes {
  const named = [...new Set(words(text))];
  for (const word of named.filter((each) => !isScope(each))) {
    const meant = scopeMeant(word);
    if (meant === undefined && SCOPE_SHAPE.test(word)) continue;
    throw new SettingError(
      `${setting}: ${quotedSetting(word)} is not a scope${
        meant
          ? `; did you mean ${meant}?`
          : '. Use names such as contacts.readonly or contacts.write, separated by spaces or commas.'
      }`,
    );
  }
  return { scopes: named.filter(isScope), others: named.filter((word) => !isScope(word)) };
}

/** The scope of ours that a misspelt word stands for. */
function scopeMeant(word: string): Scope | undefined {
  const bare = word.slice(0, 60).replace(/\.read$/i, '.readonly');
  const reads = `${bare.split('.')[0]}.readonly`;
  return nearest(bare, SCOPES, TYPING_ERRORS) ?? (SCOPE_SHAPE.test(bare) ? undefined : nearest(reads, SCOPES, 1));
}

/** Words of GHL_TOOLS that stand for sets of tools. */
const SETS: Readonly<Record<string, (tool: Tool) => boolean>> = {
  read: (tool) => tool.effect === 'read',
  write: (tool) => tool.effect !== 'read',
  delete: (tool) => tool.effect === 'delete',
  bulk: (tool) => tool.name.startsWith('bulk_'),
  automation: (tool) => tool.family === 'campaigns' || tool.family === 'workflows',
};

/** The tools GHL_TOOLS leaves: what it names (or all), less what it names with a minus. It narrows and never widens. */
export function parseSelection(text: string, tools: readonly Tool[]): Selection {
  const sets = words(text).map((word) => {
    const name = word.replace(/^-/, '').toLowerCase();
    const test =
      (Object.hasOwn(SETS, name) && SETS[name]) || ((tool: Tool) => tool.family === name || tool.name === name);
    if (!tools.some(test)) {
      const known = [...new Set(tools.map((tool) => tool.family)), ...Object.keys(SETS)].join(', ');
      throw new SettingError(
        `GHL_TOOLS: ${quotedSetting(word)} is no family, tool or set. Families and sets: ${known}; each also with a minus.`,
      );
    }
    return { word, test, minus: word.startsWith('-') };
  });
  const plus = sets.filter((set) => !set.minus);
  const minus = sets.filter((set) => set.minus);
  return {
    forbids: (tool) => minus.find((set) => set.test(tool))?.word,
    includes: (tool) => plus.length === 0 || plus.some((set) => set.test(tool)),
  };
}

/** What the owner makes of the permitted tools. */
export interface Selection {
  /** Whether the owner wants it listed; what is merely unnamed may be done as part of another tool. */
  readonly includes: (tool: Tool) => boolean;
  /** The word with a minus that forbids what this tool does, as part of another tool too. */
  readonly forbids: (tool: Tool) => string | undefined;
}
const ALL: Selection = { includes: () => true, forbids: () => undefined };

/** A tool that is not offered: its scope is not in effect, or the owner's GHL_TOOLS leaves it out. */
export interface HiddenTool {
  readonly tool: Tool;
  readonly reason: 'scope' | 'selection';
}

export interface ToolAccess extends Permissions {
  readonly offered: readonly Tool[];
  readonly hidden: readonly HiddenTool[];
  /** What the owner does to bring a scope into effect, where it is not done by the settings alone. */
  readonly howToGrant?: ((scope: Scope) => string) | undefined;
}

/** The one place that decides which tools exist for a host: by scope, then by the owner's selection. */
export function resolveToolAccess(
  tools: readonly Tool[],
  scopes: readonly Scope[],
  selected: Selection = ALL,
  howToGrant?: ToolAccess['howToGrant'],
): ToolAccess {
  const forbidden = new Map(
    tools.flatMap((tool) => {
      const word = selected.forbids(tool);
      return word === undefined ? [] : [[tool.name, word] as const];
    }),
  );
  const hidden = tools.flatMap((tool): HiddenTool[] => {
    if (scopesOf(tool).some((scope) => !scopes.includes(scope))) return [{ tool, reason: 'scope' }];
    // A tool stays where some of its uses are left.
    const useless = findForbiddenAction(tool.name, undefined, forbidden) !== undefined;
    return selected.includes(tool) && !useless ? [] : [{ tool, reason: 'selection' }];
  });
  return {
    offered: tools.filter((tool) => !hidden.some((h) => h.tool === tool)),
    hidden,
    forbidden,
    scopes,
    howToGrant,
  };
}

/** What to say when a tool is called that is not offered. */
export function explainUnavailable(access: ToolAccess, name: string): string {
  const { hidden } = access;
  const found = hidden.find(({ tool }) => tool.name === name);
  if (!found) return `There is no tool ${quoteForMessage(name)}; tools/list names those there are.`;
  const missing = missingFor(found.tool, access);
  return missing
    ? missingScope(name, missing, access.howToGrant)
    : switchedOffMessage(name, findForbiddenAction(name, undefined, access.forbidden));
}

/** The first scope that a tool lacks. */
export const missingFor = (tool: Tool, { scopes }: ToolAccess): Scope | undefined =>
  scopesOf(tool).find((scope) => !scopes.includes(scope));
