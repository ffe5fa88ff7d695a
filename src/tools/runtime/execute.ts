import type { Endpoint } from '../../api/endpoint.ts';
import type { Json } from '../../lib/json.ts';
import { isE164 } from '../../lib/phone.ts';
import { truncate } from '../../lib/text.ts';
import { readTime } from '../../lib/time.ts';
import { assertAllowed } from '../core/permissions.ts';
import { oddRows } from '../core/row-shape.ts';
import {
  isComposite,
  START_DEADLINE_MS,
  TOOL_DEADLINE_MS,
  type Tool,
  type ToolContext,
  type ToolEnvironment,
} from '../core/tool.ts';
import { toToolResult } from '../core/tool-result.ts';
import { customFieldsByName } from '../search.ts';
import { nameMe } from './current-user.ts';
import { createEqualCreates } from './equal-creates.ts';
import { joinParts } from './field-parts.ts';
import { readRanges } from './ranges.ts';

/** Characters of all notices together. */
const NOTICE_CHARACTERS = 2_000;

/** Runs a tool on checked arguments: people's words to the API's, the call, and the answer as the model reads it. */
export async function runTool(
  tool: Tool,
  given: Json,
  surroundings: ToolEnvironment,
  aboutInput?: string,
): Promise<Json> {
  const notices = new Map(aboutInput === undefined ? [] : [[aboutInput, aboutInput]]);
  const context = contextOf(tool, surroundings, (notice, kind = notice) => notices.set(kind, notice));
  assertAllowed(tool, given, surroundings.gate);
  const args = await prepared(tool, given, context);
  const result = isComposite(tool) ? await tool.run(args, context) : await runEndpoint(tool, args, context);
  const { kept, odd } = fitting(tool.output, result);
  if (odd.length > 0)
    notices.set('odd', `HighLevel gave ${odd.join(', ')} in a form that is not known: left out of this answer.`);
  return notices.size > 0 ? { ...kept, notice: truncate([...notices.values()].join(' '), NOTICE_CHARACTERS) } : kept;
}

/**
 * An answer without the root keys that are of another type than the tool declares. A client that checks answers discards
 * one that does not fit as a whole, also after a write that is done.
 */
function fitting(output: Tool['output'], result: Json): { kept: Json; odd: readonly string[] } {
  const checked = output.safeParse(result);
  if (checked.success) return { kept: result, odd: [] };
  const odd = [...new Set(checked.error.issues.map(({ path }) => String(path[0])))];
  return { kept: Object.fromEntries(Object.entries(result).filter(([key]) => !odd.includes(key))), odd };
}

/** Arguments in the API's terms, as far as that takes more than the arguments themselves. */
async function prepared(tool: Tool, given: Json, context: ToolContext): Promise<Json> {
  const args = await joinParts(await nameMe(given, context), context);
  if (!Array.isArray(args.filters)) return args;
  const [named] = customFieldsByName(args.filters);
  if (named)
    context.say(
      `${named} is no id of a custom field: by a key or name search finds nobody. list_custom_fields gives the ids.`,
    );
  return { ...args, filters: await readRanges(args.filters, tool, context) };
}

function contextOf(
  tool: Tool,
  surroundings: ToolEnvironment,
  note: (notice: string, kind?: string) => void,
): ToolContext {
  const { api, signal, host, gate } = surroundings;
  const began = api.now();
  const deadline = isComposite(tool) ? began + TOOL_DEADLINE_MS : undefined;
  const say = (notice: string) => note(notice);
  // Of what hundreds of calls say in other numbers, the last word is enough.
  const heard = (notice: string) => note(notice, notice.replace(/\d+/g, ''));
  return {
    ...surroundings,
    say,
    call: async (e, args, lane = 'single', how) => {
      assertAllowed(e, args, gate);
      const answer = await api.call(e, args, { signal, host, say: heard, lane, deadline, ...how });
      surroundings.own(createEqualCreates).forget(e, args);
      const odd = e.effect === 'read' ? oddRows(answer) : 0;
      if (odd > 0) note(`HighLevel sent ${odd} rows that are no records; they are left out.`, `odd rows of ${e.name}`);
      return answer;
    },
    hasTime: () => signal?.aborted !== true && api.now() - began < START_DEADLINE_MS,
  };
}

/** One endpoint, one call. */
async function runEndpoint(e: Endpoint, given: Json, context: ToolContext): Promise<Json> {
  const { call, clock, say, own, api, locationId } = context;
  const args = await withPhoneSpelledOut(e, given, context);
  for (const name of e.times ?? []) {
    if (typeof args[name] !== 'string') continue;
    const { iso, echo } = await readTime(name, args[name], clock, 'end', e.effect === 'read' ? 'UTC' : 'refuse');
    args[name] = iso;
    if (echo) say(`${name} read as ${echo}.`);
  }
  const answer = await call(e, args);
  const equal = own(createEqualCreates).see(e, args, answer, api.now(), locationId);
  if (equal) say(equal);
  for (const remark of e.remarks?.(answer, args) ?? []) say(remark);
  return toToolResult(e, answer, given);
}

/** Most are in E.164 already and need no more than a look. */
async function withPhoneSpelledOut({ phone: name }: Endpoint, given: Json, context: ToolContext): Promise<Json> {
  const phone = name && given[name];
  if (!name || typeof phone !== 'string' || isE164(phone)) return { ...given };
  return (await context.implementations()).withE164(given, name, context);
}
