import type { Endpoint, RecordState } from '../../api/endpoint.ts';
import { sentArgs } from '../../api/request.ts';
import { droppedBy } from '../../api/write/changed-fields.ts';
import type { Json } from '../../lib/json.ts';
import { isE164 } from '../../lib/phone.ts';
import { truncate } from '../../lib/text.ts';
import { readTime } from '../../lib/time.ts';
import { hasUtcTimes, withLocalTimes } from '../../lib/time-format.ts';
import type { Implementations, RequestContext, ToolContext } from '../core/context.ts';
import { idsIn, shownKeys } from '../core/named-ids.ts';
import { assertAllowed } from '../core/permissions.ts';
import { hasReferences } from '../core/references.ts';
import { refuseUnknownFields } from '../core/row-keys.ts';
import { countInvalidRows } from '../core/row-shape.ts';
import { type EndpointTool, isComposite, type Tool } from '../core/tool.ts';
import { bytes, MAX_BYTES, toToolResult, truncateToLimit } from '../core/tool-result.ts';
import { newGroup } from '../core/write-group.ts';
import { contactIdsIn } from '../core/written-contacts.ts';
import { hasFilters } from '../search-arguments.ts';
import { assertAsking, confirmWrite, createConfirm, withoutHandle } from './confirm.ts';
import { showTimes, zonesFor } from './local-times.ts';
import { deletedRecord, readBeforeDelete } from './read-before-delete.ts';
import { readUnchanged } from './read-unchanged.ts';
import { TimeBudget } from './time-budget.ts';

/** Characters of all notices together. */
const NOTICE_CHARACTERS = 2_000;

/** Runs a tool on validated arguments. @throws UserError for what the model or the owner must change */
export async function runTool(tool: Tool, given: Json, request: RequestContext, inputNotice?: string): Promise<Json> {
  const notices = new Map(inputNotice === undefined ? [] : [[inputNotice, inputNotice]]);
  const context = createToolContext(tool, given, request, (notice, kind = notice) => void notices.set(kind, notice));
  assertAllowed(tool, given, request.access);
  const { args, searched } = await resolveArguments(tool, given, context);
  const answer = isComposite(tool)
    ? withinLimit(await present(await tool.run(args, context), args, context))
    : await runEndpoint(tool, args, context);
  const explained = searched === undefined ? answer : { ...answer, searched: await inLocalTimes(searched, context) };
  const result = withoutInvalidKeys(tool, explained, context);
  if (notices.size === 0) return result;
  const notice = withLocalTimes([...notices.values()].join(' '), request.clock.knownZone());
  return { ...result, notice: truncate(notice, NOTICE_CHARACTERS) };
}

/**
 * An answer without the root keys that have another type than the tool declares: a client that validates answers drops
 * an invalid one as a whole, also after a write that is done.
 */
function withoutInvalidKeys({ output }: Tool, answer: Json, { notify }: ToolContext): Json {
  const { success, error } = output().safeParse(answer);
  if (success) return answer;
  const invalid = new Set(error.issues.map(({ path: [key] }) => key));
  notify(`HighLevel gave ${[...invalid].join(', ')} in a form that is not known: left out of this answer.`);
  return Object.fromEntries(Object.entries(answer).filter(([key]) => !invalid.has(key)));
}

/** Arguments in the API's terms: ids in place of names, filters as the index takes them. */
async function resolveArguments(
  tool: Tool,
  given: Json,
  context: ToolContext,
): Promise<{ args: Json; searched?: string }> {
  const args = hasReferences(tool.input(), given)
    ? await (await context.implementations()).resolveReferences(tool, given, context)
    : given;
  if (!('filters' in tool.input().shape && hasFilters(args))) return { args };
  return (await context.implementations()).resolveSearch(tool, given, args, context);
}

/** An answer as people read it: names for ids, local times. `shape` is applied to the answer with names. */
async function present(
  answer: Json,
  { fields }: Json,
  context: ToolContext,
  endpoint?: Endpoint,
  shape = (named: Json) => named,
): Promise<Json> {
  const asked = fields as string[] | undefined;
  const keys = shownKeys(asked) ?? endpoint?.list?.fields;
  const known = context.clock.knownZones();
  if (known) return showTimes(shape(await withNames(answer, context, asked, keys)), known);
  const [named, zones] = await Promise.all([
    withNames(answer, context, asked, keys),
    zonesFor(answer, context.clock, endpoint && keys),
  ]);
  return showTimes(shape(named), zones);
}

const inLocalTimes = async (sentence: string, { clock }: ToolContext): Promise<string> =>
  hasUtcTimes(sentence) ? withLocalTimes(sentence, await clock.shownZone()) : sentence;

/** The lookups are loaded only for an answer that has ids with names. */
async function withNames(answer: Json, context: ToolContext, asked?: readonly string[], keys?: readonly string[]) {
  const needed = idsIn(answer, keys);
  return needed.size === 0 ? answer : await (await context.implementations()).showNames(answer, needed, context, asked);
}

const withinLimit = (answer: Json): Json => (bytes(answer) > MAX_BYTES ? truncateToLimit(answer) : answer);

/** `addNotice` replaces an earlier notice of the same kind. */
function createToolContext(
  tool: Tool,
  given: Json,
  request: RequestContext,
  addNotice: (notice: string, kind?: string) => void,
): ToolContext {
  const { api, clock, signal, onWrite, access, state } = request;
  const run = isComposite(tool) ? newGroup() : undefined;
  const budget = new TimeBudget(() => api.now());
  const notify = (notice: string) => addNotice(notice);
  // Hundreds of calls may send notices that differ only in numbers: the last one is shown.
  const notifyLatest = (notice: string) => addNotice(notice, notice.replace(/\d+/g, ''));
  const context: ToolContext = {
    ...request,
    notify,
    confirm: createConfirm(tool, given, request, { notify, budget }),
    call: async (endpoint, args, priority = 'interactive', { group = run, undoes, replaces, ...options } = {}) => {
      const isRead = endpoint.effect === 'read';
      const contactNames = isRead ? undefined : state.seenContacts.names(contactIdsIn(args), clock.now());
      const deadline = isComposite(tool) ? budget.deadline : undefined;
      const { host, conversation } = request.origin ?? {};
      const origin = { host, conversation, group, undoes, replaces, contactNames };
      const send = async (sent: Endpoint, sentArgs: Json, past?: { readonly fresh: true }) => {
        assertAllowed(sent, sentArgs, access);
        assertAsking(tool, sent, sentArgs);
        return await api.call(sent, sentArgs, {
          signal,
          origin,
          onWrite,
          priority,
          deadline,
          locationId: state.locationId,
          notify: notifyLatest,
          ...options,
          ...past,
        });
      };
      const pending = state.ownWrites.concern(endpoint, args, api.now())
        ? mergeOwnWrites(endpoint, args, context, (sent, sentArgs) => send(sent, sentArgs, { fresh: true }))
        : send(endpoint, args);
      const recorded = state.ownWrites.during(endpoint, args, api, pending);
      const answer = await state.seenContacts.during(endpoint, args, clock.now, recorded);
      state.equalCreates.forget(endpoint, args);
      const invalid = isRead ? countInvalidRows(answer) : 0;
      if (invalid > 0)
        addNotice(`HighLevel sent ${invalid} rows that are no records; they are left out.`, `rows of ${endpoint.name}`);
      return answer;
    },
    hasTime: () => signal?.aborted !== true && budget.hasTime(),
  };
  return context;
}

/** Loaded for the first call that needs it. */
const mergeOwnWrites: Implementations['mergeOwnWrites'] = async (endpoint, args, context, send) =>
  (await context.implementations()).mergeOwnWrites(endpoint, args, context, send);

async function runEndpoint(endpoint: EndpointTool, asked: Json, context: ToolContext): Promise<Json> {
  const { call, clock, notify, state, api } = context;
  const given = endpoint.confirm ? withoutHandle(asked) : asked;
  const args = await withE164Phone(endpoint, given, context);
  for (const name of endpoint.times ?? []) {
    if (typeof args[name] !== 'string') continue;
    const { iso, echo } = await readTime(name, args[name], clock, 'end', endpoint.effect === 'read' ? 'UTC' : 'refuse');
    args[name] = iso;
    if (echo) notify(`${name} read as ${echo}.`);
  }
  const { unconfirmed, before } = endpoint.effect === 'read' ? NO_WRITE : await beforeWrite(endpoint, args, context);
  if (unconfirmed) return unconfirmed;
  const answer = endpoint.sentBy
    ? await (await context.implementations())[endpoint.sentBy](args, context)
    : await call(endpoint, args, 'interactive', { before });
  const equal = state.equalCreates.recordCreate(endpoint, args, answer, api.now());
  if (equal) notify(equal);
  endpoint.remarks?.(answer, args, droppedBy(endpoint, sentArgs(endpoint, args), answer)).forEach(notify);
  refuseUnknownFields(endpoint, args, answer);
  const shown = { ...(endpoint.present ? endpoint.present(answer, args) : answer), ...deletedRecord(endpoint, before) };
  return await present(shown, given, context, endpoint, (named) => toToolResult(endpoint, named, given, clock.now()));
}

/** What comes before a write: the answer in its place if the owner has not agreed, and the record that it changes or removes. */
interface BeforeWrite {
  readonly unconfirmed?: Json | undefined;
  readonly before?: RecordState | undefined;
}
const NO_WRITE: BeforeWrite = {};

async function beforeWrite(endpoint: EndpointTool, args: Json, context: ToolContext): Promise<BeforeWrite> {
  const unconfirmed = await confirmWrite(endpoint, args, context);
  if (unconfirmed) return { unconfirmed };
  const unchanged = await readUnchanged(endpoint, args, context);
  return { before: unchanged ?? (await readBeforeDelete(endpoint, args, context)) };
}

/** A copy of the arguments with the phone in E.164. The parser is loaded only for a phone in another form. */
async function withE164Phone({ phone: name }: Endpoint, given: Json, context: ToolContext): Promise<Json> {
  const phone = name && given[name];
  if (!name || typeof phone !== 'string' || isE164(phone)) return { ...given };
  return (await context.implementations()).withE164(given, name, context);
}
