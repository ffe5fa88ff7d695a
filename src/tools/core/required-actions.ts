import { isEmpty, isRecord, type Json, rowsIn } from '../../lib/json.ts';

/**
 * What a tool does besides what its name says, as the names of the endpoint tools that do exactly that: to create a
 * contact with tags is to add tags. An owner who forbids an endpoint tool forbids the action in every tool.
 */
interface Requirement {
  /** The argument that requires the actions; undefined where every use of the tool does. */
  readonly argument?: string;
  readonly when?: (args: Json) => boolean;
  /** One of these is enough, with all of its actions. */
  readonly alternatives: readonly (readonly string[])[];
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

const always = (...alternatives: Requirement['alternatives']): Requirement => ({ alternatives });

const onlyIf = (
  argument: string,
  when: (args: Json) => boolean,
  ...alternatives: Requirement['alternatives']
): Requirement => ({ argument, when, alternatives });

const ifGiven = (argument: string, ...actions: readonly string[]): Requirement =>
  onlyIf(argument, (args) => !isEmpty(args[argument]), actions);

/** `tags` of a write that replaces all tags, so that it adds and removes them; an empty list removes all. */
const REPLACES_TAGS: readonly Requirement[] = [
  ifGiven('tags', ADD_TAGS),
  onlyIf('tags', ({ tags }) => Array.isArray(tags), [REMOVE_TAGS]),
];

const PERSON: readonly Requirement[] = [
  ifGiven('tags', ADD_TAGS),
  ifGiven('note', NOTE),
  ifGiven('tasks', TASK),
  ifGiven('businessId', ASSIGN),
];

/** Onboarding finds people by one of the lookups, and then writes something. */
const ONBOARDS: readonly Requirement[] = [
  always(['find_duplicate_contact'], [SEARCH]),
  always([CREATE], ...[UPDATE, ADD_TAGS, NOTE, TASK, ASSIGN].map((action) => [action, READ])),
];

/** A merge moves whatever the removed contact has, so that it requires all of this from the start. */
const MERGES = [
  'delete_contact', UPDATE, READ, 'list_contact_notes', 'list_contact_tasks', 'list_contact_appointments', NOTE, TASK,
  ADD_TAGS, 'add_contact_followers', ASSIGN,
]; // biome-ignore format: a list

const inRows = ({ argument, when, alternatives }: Requirement): Requirement => ({
  argument: `${argument} in rows`,
  when: (args) => rowsIn(args, 'rows').some((row) => when?.(row)),
  alternatives,
});

const READS_CONTACT = [always([READ], ['list_contact_tasks'], ['list_contact_notes'], ['list_contact_appointments'])];

const REQUIREMENTS: Readonly<Record<string, readonly Requirement[]>> = {
  [CREATE]: [ifGiven('tags', ADD_TAGS)],
  [UPDATE]: [...REPLACES_TAGS, ifGiven('ifUnchangedSince', READ)],
  // Which of the two is not known before the write.
  upsert_contact: [always([CREATE, UPDATE]), ...REPLACES_TAGS],
  update_contact_task: [ifGiven('completed', 'set_contact_task_completed')],
  [BULK_TAGS]: [
    always([ADD_TAGS], [REMOVE_TAGS]),
    onlyIf('type "add"', ({ type }) => type === 'add', [ADD_TAGS]),
    onlyIf('removeAllTags', ({ removeAllTags }) => removeAllTags === true, [REMOVE_TAGS]),
    onlyIf('type "remove"', ({ type }) => type === 'remove', [REMOVE_TAGS]),
  ],
  remove_contact_from_all_campaigns: [always(['remove_contact_from_campaign'])],
  get_contact_overview: READS_CONTACT,
  get_contact_timeline: READS_CONTACT,
  list_calendar_events: [always(['list_contact_appointments'])],
  get_calendar_event: [always(['list_contact_appointments'])],
  search_location_appointments: [always(['list_contact_appointments'])],
  list_changed_contacts: [
    always([SEARCH]),
    onlyIf('tasks', ({ tasks }) => tasks === true, ['list_contact_tasks'], ['search_location_tasks']),
    onlyIf('appointments', ({ appointments }) => appointments === true, ['list_contact_appointments']),
    onlyIf('deleted', ({ deleted }) => deleted === true, ['get_contact']),
    ifGiven('notesOf', 'list_contact_notes'),
    ifGiven('notesOfTag', 'list_contact_notes'),
  ],
  bulk_update_tasks: [
    always(['search_location_tasks', 'update_contact_task']),
    onlyIf('set.completed', ({ set }) => isRecord(set) && set.completed !== undefined, ['set_contact_task_completed']),
    ifGiven('tag', SEARCH),
  ],
  count_contacts: [always([SEARCH])],
  find_duplicates: [always([SEARCH])],
  export_contacts: [always([SEARCH])],
  merge_contacts: [always(MERGES)],
  onboard_contact: [...ONBOARDS, ...PERSON],
  bulk_upsert_contacts: [...ONBOARDS, ...PERSON.map(inRows)],
  bulk_update_contacts: [
    always([UPDATE], [ADD_TAGS, BULK_TAGS], [REMOVE_TAGS, BULK_TAGS], [ASSIGN]),
    ifGiven('query', SEARCH),
    ifGiven('filters', SEARCH),
    ifGiven('set', UPDATE),
    ifGiven('addTags', ADD_TAGS, BULK_TAGS),
    ifGiven('removeTags', REMOVE_TAGS, BULK_TAGS),
    onlyIf('businessId', ({ businessId, unlinkBusiness }) => businessId !== undefined || unlinkBusiness === true, [
      ASSIGN,
    ]),
  ],
};

/** A forbidden action, and the word of GHL_TOOLS that forbids it. */
export interface ForbiddenAction {
  readonly action: string;
  readonly word: string;
  /** The argument that requires it; undefined where every use of the tool does. */
  readonly argument?: string | undefined;
}

/** Forbidden actions by name, each with the word of GHL_TOOLS that forbids it. */
export type ForbiddenActions = ReadonlyMap<string, string>;

/** The first forbidden action that these arguments require; without arguments, the first that every use requires. */
export function findForbiddenAction(
  tool: string,
  args: Json | undefined,
  forbidden: ForbiddenActions,
): ForbiddenAction | undefined {
  const own = forbidden.get(tool);
  if (own !== undefined) return { action: tool, word: own };
  const requirements = Object.hasOwn(REQUIREMENTS, tool) ? (REQUIREMENTS[tool] ?? []) : [];
  for (const { argument, when, alternatives } of requirements) {
    if (when && !(args && when(args))) continue;
    const blocked = alternatives.map((actions) => actions.find((action) => forbidden.has(action)));
    const [action] = blocked;
    if (action !== undefined && !blocked.includes(undefined))
      return { action, word: forbidden.get(action) ?? '', argument };
  }
  return undefined;
}
