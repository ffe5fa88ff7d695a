import { SCOPES, type Scope } from './endpoint.ts';
import { missingScope, SettingError } from './errors.ts';
import type { Tool } from './tools/tool.ts';

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
export function parseSelection(text: string, tools: readonly Tool[]): (tool: Tool) => boolean {
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
  return (tool) => (plus.length === 0 || plus.some((set) => set.test(tool))) && !minus.some((set) => set.test(tool));
}

/** A tool that is not offered: its scope is not in effect, or the owner's GHL_TOOLS leaves it out. */
export interface Hidden {
  readonly tool: Tool;
  readonly by: 'scope' | 'selection';
}

export interface Gate {
  readonly shown: readonly Tool[];
  readonly hidden: readonly Hidden[];
}

/** The one place that decides which tools exist for a host: by scope, then by the owner's selection. */
export function gate(
  tools: readonly Tool[],
  scopes: readonly Scope[],
  selected: (tool: Tool) => boolean = () => true,
): Gate {
  const hidden = tools.flatMap((tool): Hidden[] => {
    if (!scopes.includes(tool.scope)) return [{ tool, by: 'scope' }];
    return selected(tool) ? [] : [{ tool, by: 'selection' }];
  });
  return { shown: tools.filter((tool) => !hidden.some((h) => h.tool === tool)), hidden };
}

/** What to say when a tool is called that is not offered. */
export function whyAbsent({ hidden }: Gate, name: string): string {
  const found = hidden.find(({ tool }) => tool.name === name);
  if (!found) return `There is no tool ${JSON.stringify(name.slice(0, 60))}; tools/list names those there are.`;
  if (found.by === 'scope') return missingScope(name, found.tool.scope);
  return `${name} is switched off by GHL_TOOLS; nothing was sent. The owner allows it by changing that setting and restarting the server.`;
}
