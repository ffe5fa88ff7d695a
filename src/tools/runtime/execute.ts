import type { Endpoint } from '../../api/endpoint.ts';
import type { Json } from '../../lib/json.ts';
import { isE164 } from '../../lib/phone.ts';
import { truncate } from '../../lib/text.ts';
import { readTime } from '../../lib/time.ts';
import { type RequestContext, START_DEADLINE_MS, TOOL_DEADLINE_MS, type ToolContext } from '../core/context.ts';
import { assertAllowed } from '../core/permissions.ts';
import { countInvalidRows } from '../core/row-shape.ts';
import { isComposite, type Tool } from '../core/tool.ts';
import { toToolResult } from '../core/tool-result.ts';
import { customFieldsByName } from '../search.ts';
import { resolveMe } from './current-user.ts';
import { resolveFilterTimes } from './filter-times.ts';
import { joinTextBoxParts } from './text-box-parts.ts';

/** Characters of all notices together. */
const NOTICE_CHARACTERS = 2_000;

/** Runs a tool on checked arguments: people's words to the API's, the call, and the answer as the model reads it. */
export async function runTool(tool: Tool, given: Json, request: RequestContext, aboutInput?: string): Promise<Json> {
  const notices = new Map(aboutInput === undefined ? [] : [[aboutInput, aboutInput]]);
  const context = contextOf(tool, request, (notice, kind = notice) => notices.set(kind, notice));
  assertAllowed(tool, given, request.access);
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
  const args = await joinTextBoxParts(await resolveMe(given, context), context);
  if (!Array.isArray(args.filters)) return args;
  const [named] = customFieldsByName(args.filters);
  if (named)
    context.notify(
      `${named} is no id of a custom field: by a key or name search finds nobody. list_custom_fields gives the ids.`,
    );
  return { ...args, filters: await resolveFilterTimes(args.filters, tool, context) };
}

function contextOf(tool: Tool, request: RequestContext, note: (notice: string, kind?: string) => void): ToolContext {
  const { api, signal, host, onWrite, access, state } = request;
  const began = api.now();
  const deadline = isComposite(tool) ? began + TOOL_DEADLINE_MS : undefined;
  const notify = (notice: string) => note(notice);
  // Notices that differ in numbers only replace each other: hundreds of calls may send them.
  const notifyLatest = (notice: string) => note(notice, notice.replace(/\d+/g, ''));
  return {
    ...request,
    notify,
    call: async (endpoint, args, priority = 'interactive', options) => {
      assertAllowed(endpoint, args, access);
      const answer = await api.call(endpoint, args, {
        ...{ signal, host, onWrite, priority, deadline, locationId: state.locationId },
        notify: notifyLatest,
        ...options,
      });
      state.equalCreates.forget(endpoint, args);
      const odd = endpoint.effect === 'read' ? countInvalidRows(answer) : 0;
      if (odd > 0)
        note(`HighLevel sent ${odd} rows that are no records; they are left out.`, `odd rows of ${endpoint.name}`);
      return answer;
    },
    hasTime: () => signal?.aborted !== true && api.now() - began < START_DEADLINE_MS,
  };
}

/** One endpoint, one call. */
async function runEndpoint(endpoint: Endpoint, given: Json, context: ToolContext): Promise<Json> {
  const { call, clock, notify, state, api } = context;
  const args = await withPhoneSpelledOut(endpoint, given, context);
  for (const name of endpoint.times ?? []) {
    if (typeof args[name] !== 'string') continue;
    const { iso, echo } = await readTime(name, args[name], clock, 'end', endpoint.effect === 'read' ? 'UTC' : 'refuse');
    args[name] = iso;
    if (echo) notify(`${name} read as ${echo}.`);
  }
  const answer = await call(endpoint, args);
  const equal = state.equalCreates.recordCreate(endpoint, args, answer, api.now(), state.locationId);
  if (equal) notify(equal);
  for (const remark of endpoint.remarks?.(answer, args) ?? []) notify(remark);
  return toToolResult(endpoint, answer, given);
}

/** Most are in E.164 already and need no more than a look. */
async function withPhoneSpelledOut({ phone: name }: Endpoint, given: Json, context: ToolContext): Promise<Json> {
  const phone = name && given[name];
  if (!name || typeof phone !== 'string' || isE164(phone)) return { ...given };
  return (await context.implementations()).withE164(given, name, context);
}
