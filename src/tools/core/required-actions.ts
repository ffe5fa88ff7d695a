import type { Json } from '../../lib/json.ts';

/**
 * What a tool does beside what its own name says, each act named by the endpoint tool that does exactly that: creating
 * with tags is adding tags. The owner who forbids the endpoint tool forbids the act, whichever tool would do it.
 */
interface Need {
  /** The argument that asks for the act; undefined where every use of the tool needs it. */
  readonly argument?: string;
  readonly when?: (args: Json) => boolean;
  /** The tool can do it in any of these ways, and each takes all of its acts. */
  readonly ways: readonly (readonly string[])[];
}

const ADD_TAGS = 'add_contact_tags';
const REMOVE_TAGS = 'remove_contact_tags';
const BULK_TAGS = 'bulk_update_contact_tags';
const ASSIGN = 'bulk_assign_contact_business';
const CREATE = 'create_contact';
const UPDATE = 'update_contact';
const NOTE = 'create_contact_note';
const TASK = 'create_contact_task';
const READ = 'get_contact';
const SEARCH = 'search_contacts';

const isGiven = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);

const always = (...ways: readonly (readonly string[])[]): Need => ({ ways });

/** An argument that asks for acts wherever it holds something. */
const by = (argument: string, ...acts: readonly string[]): Need => ({
  argument,
  when: (args) => isGiven(args[argument]),
  ways: [acts],
});

/** `tags` of a write that replaces all tags: the ones given come, the others go, and an empty list removes them all. */
const REPLACES_TAGS: readonly Need[] = [
  by('tags', ADD_TAGS),
  { argument: 'tags', when: ({ tags }) => Array.isArray(tags), ways: [[REMOVE_TAGS]] },
];

/** What onboarding a person does by argument. */
const PERSON: readonly Need[] = [by('tags', ADD_TAGS), by('note', NOTE), by('tasks', TASK), by('businessId', ASSIGN)];

/** Onboarding finds people by one of the lookups, and then has something to write. */
const ONBOARDS: readonly Need[] = [
  always(['find_duplicate_contact'], [SEARCH]),
  always([CREATE], ...[UPDATE, ADD_TAGS, NOTE, TASK, ASSIGN].map((act) => [act, READ])),
];

const inRows = (need: Need): Need => ({
  ...need,
  argument: `${need.argument} in rows`,
  when: ({ rows }) => Array.isArray(rows) && rows.some((row: Json) => need.when?.(row)),
});

const NEEDS: Readonly<Record<string, readonly Need[]>> = {
  [CREATE]: [by('tags', ADD_TAGS)],
  [UPDATE]: REPLACES_TAGS,
  // Which of the two it will be is not known before.
  upsert_contact: [always([CREATE, UPDATE]), ...REPLACES_TAGS],
  update_contact_task: [by('completed', 'set_contact_task_completed')],
  [BULK_TAGS]: [
    always([ADD_TAGS], [REMOVE_TAGS]),
    { argument: 'type "add"', when: ({ type }) => type === 'add', ways: [[ADD_TAGS]] },
    { argument: 'removeAllTags', when: ({ removeAllTags }) => removeAllTags === true, ways: [[REMOVE_TAGS]] },
    { argument: 'type "remove"', when: ({ type }) => type === 'remove', ways: [[REMOVE_TAGS]] },
  ],
  remove_contact_from_all_campaigns: [always(['remove_contact_from_campaign'])],
  get_contact_overview: [always([READ], ['list_contact_tasks'], ['list_contact_notes'], ['list_contact_appointments'])],
  get_contact_timeline: [always([READ], ['list_contact_tasks'], ['list_contact_notes'], ['list_contact_appointments'])],
  list_calendar_events: [always(['list_contact_appointments'])],
  list_changed_contacts: [
    always([SEARCH]),
    {
      argument: 'tasks',
      when: ({ tasks }) => tasks === true,
      ways: [['list_contact_tasks'], ['search_location_tasks']],
    },
  ],
  count_contacts: [always([SEARCH])],
  onboard_contact: [...ONBOARDS, ...PERSON],
  bulk_upsert_contacts: [...ONBOARDS, ...PERSON.map(inRows)],
  bulk_update_contacts: [
    always([UPDATE], [ADD_TAGS, BULK_TAGS], [REMOVE_TAGS, BULK_TAGS], [ASSIGN]),
    by('query', SEARCH),
    by('filters', SEARCH),
    by('set', UPDATE),
    by('addTags', ADD_TAGS, BULK_TAGS),
    by('removeTags', REMOVE_TAGS, BULK_TAGS),
    {
      argument: 'businessId',
      when: ({ businessId, unlinkBusiness }) => businessId !== undefined || unlinkBusiness === true,
      ways: [[ASSIGN]],
    },
  ],
};

/** An act that the owner forbade, and the word of GHL_TOOLS that forbids it. */
export interface ForbiddenAction {
  readonly act: string;
  readonly word: string;
  /** The argument that asks for it; undefined where every use of the tool needs it. */
  readonly argument?: string | undefined;
}

/** Forbidden acts by name, each with the word of GHL_TOOLS that forbids it. */
export type ForbiddenActions = ReadonlyMap<string, string>;

/** The first forbidden act that a tool would do on these arguments; without arguments, that each use of it needs. */
export function findForbiddenAction(
  tool: string,
  args: Json | undefined,
  forbidden: ForbiddenActions,
): ForbiddenAction | undefined {
  if (forbidden.size === 0) return undefined;
  const own = forbidden.get(tool);
  if (own !== undefined) return { act: tool, word: own };
  const needs = Object.hasOwn(NEEDS, tool) ? (NEEDS[tool] ?? []) : [];
  for (const { argument, when, ways } of needs) {
    if (when && !(args && when(args))) continue;
    const blocked = ways.map((acts) => acts.find((act) => forbidden.has(act)));
    const [act] = blocked;
    if (act !== undefined && !blocked.includes(undefined)) return { act, word: forbidden.get(act) ?? '', argument };
  }
  return undefined;
}
