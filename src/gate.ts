import { SCOPES, type Scope, type ToolFace } from './endpoint.ts';
import { missingScope, SettingError, UserError } from './errors.ts';
import { scopesOf, type Tool } from './tools/tool.ts';
import { quoted } from './untrusted.ts';

const words = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);
const SCOPE_SHAPE = /^[A-Za-z][\w-]*(\/[\w-]+)*\.(readonly|write)$/;
const isScope = (word: string): word is Scope => (SCOPES as readonly string[]).includes(word);

/** Scopes this server knows among those named; others the owner may hold are none of our business. */
export function parseScopes(text: string): readonly Scope[] {
  const odd = words(text).find((word) => !SCOPE_SHAPE.test(word));
  if (odd !== undefined) {
    throw new SettingError(
      `GHL_SCOPES: ${JSON.stringify(odd)} is not a scope. Use names such as contacts.readonly or contacts.write, separated by spaces or commas.`,
    );
  }
  return words(text).filter(isScope);
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
    const name = word.replace(/^-/, '');
    const test = SETS[name] ?? ((tool: Tool) => tool.family === name || tool.name === name);
    if (!tools.some(test)) {
      const known = [...new Set(tools.map((tool) => tool.family)), ...Object.keys(SETS)].join(', ');
      throw new SettingError(
        `GHL_TOOLS: ${JSON.stringify(word)} is no family, tool or set. Families and sets: ${known}; each also with a minus.`,
      );
    }
    return { test, minus: word.startsWith('-') };
  });
  const plus = sets.filter((set) => !set.minus);
  const minus = sets.filter((set) => set.minus);
  const forbids = (tool: Tool) => minus.some((set) => set.test(tool));
  return { forbids, shows: (tool) => (plus.length === 0 || plus.some((set) => set.test(tool))) && !forbids(tool) };
}

/** What the owner makes of the permitted tools. */
export interface Selection {
  readonly shows: (tool: Tool) => boolean;
  /** True for what stands there with a minus: it is not done as part of another tool either. */
  readonly forbids: (tool: Tool) => boolean;
}
const ALL: Selection = { shows: () => true, forbids: () => false };

/** A tool that is not offered: its scope is not in effect, or the owner's GHL_TOOLS leaves it out. */
export interface Hidden {
  readonly tool: Tool;
  readonly by: 'scope' | 'selection';
}

export interface Gate {
  readonly shown: readonly Tool[];
  /** Scopes in effect. */
  readonly scopes: readonly Scope[];
  readonly hidden: readonly Hidden[];
  /** Names of the tools the owner forbade. */
  readonly forbidden: ReadonlySet<string>;
}

/** The one place that decides which tools exist for a host: by scope, then by the owner's selection. */
export function gate(tools: readonly Tool[], scopes: readonly Scope[], selected: Selection = ALL): Gate {
  const hidden = tools.flatMap((tool): Hidden[] => {
    if (scopesOf(tool).some((scope) => !scopes.includes(scope))) return [{ tool, by: 'scope' }];
    return selected.shows(tool) ? [] : [{ tool, by: 'selection' }];
  });
  const forbidden = new Set(tools.filter(selected.forbids).map(({ name }) => name));
  return { shown: tools.filter((tool) => !hidden.some((h) => h.tool === tool)), hidden, forbidden, scopes };
}

/** What to say when a tool is called that is not offered. */
export function whyAbsent(gate: Gate, name: string): string {
  const { hidden } = gate;
  const found = hidden.find(({ tool }) => tool.name === name);
  if (!found) return `There is no tool ${quoted(name)}; tools/list names those there are.`;
  const missing = missingFor(found.tool, gate);
  return missing ? missingScope(name, missing) : switchedOff(name);
}

/** The first scope that a tool lacks. */
export const missingFor = (tool: Tool, { scopes }: Gate): Scope | undefined =>
  scopesOf(tool).find((scope) => !scopes.includes(scope));

/** @throws UserError for a write that the owner forbade, which is not done as part of another tool either */
export function refuseForbidden(endpoints: readonly ToolFace[], { forbidden }: Gate): void {
  const off = endpoints.find(({ name, effect }) => effect !== 'read' && forbidden.has(name));
  if (off) throw new UserError(switchedOff(off.name));
}

const switchedOff = (name: string): string =>
  `${name} is switched off by GHL_TOOLS; nothing was sent. The owner allows it by changing that setting and restarting the server.`;
