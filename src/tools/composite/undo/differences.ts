import type { RecordKind } from './rules.ts';

/** What differs from the state before, once a change was made and undone. */
export interface Difference {
  /** Tools whose undo leaves it; undefined: all that write. */
  readonly tools?: readonly string[];
  readonly record: RecordKind | 'location';
  /** Fields of the record as it is stored. */
  readonly fields: readonly string[];
  /** For people. */
  readonly what: string;
}

const SETS_CONTACT = [
  'update_contact',
  'upsert_contact',
  'bulk_update_contacts',
  'onboard_contact',
  'bulk_upsert_contacts',
  'merge_contacts',
];

/** What a contact loses that is deleted and created again. */
export const LOST_WITH_CONTACT =
  'its id, the date it was added, additional emails and phones, appointments, conversations, opportunities, campaigns, workflows and their history';

/** Every difference that undoing leaves; docs/undo.md and the tests are made from it. */
export const DIFFERENCES: readonly Difference[] = [
  {
    record: 'contact',
    fields: ['dateUpdated', 'lastUpdatedBy'],
    what: 'The last update of the contact is the undo.',
  },
  {
    record: 'location',
    fields: ['tags'],
    what: 'Tags that were new stay in the list of tags of the location.',
  },
  {
    tools: SETS_CONTACT,
    record: 'contact',
    fields: ['dnd', 'dndSettings', 'inboundDndSettings'],
    what: 'A channel of Do Not Disturb that had no setting is set to not blocked, which means the same.',
  },
  {
    tools: SETS_CONTACT,
    record: 'contact',
    fields: ['additionalEmails'],
    what: 'An additional email that became the primary one is no longer among the additional ones: the API does not take them.',
  },
  {
    tools: ['update_contact_task', 'bulk_update_tasks', 'set_contact_task_completed'],
    record: 'task',
    fields: ['dateUpdated'],
    what: 'The last update of the task is the undo.',
  },
  {
    tools: ['delete_contact_task', 'delete_contact', 'merge_contacts'],
    record: 'task',
    fields: ['id', 'contactId', 'dateAdded', 'dateUpdated'],
    what: 'A task that is created again has a new id and new dates.',
  },
  {
    tools: ['delete_contact_note', 'delete_contact', 'merge_contacts'],
    record: 'note',
    fields: ['id', 'contactId', 'dateAdded'],
    what: 'A note that is created again has a new id and a new date.',
  },
  {
    tools: ['delete_contact', 'merge_contacts'],
    record: 'contact',
    fields: [
      ...['id', 'dateAdded', 'createdBy', 'type', 'additionalEmails', 'additionalPhones', 'appointments'],
      ...['lastActivity', 'lastEmailOpenedDate', 'lastEmailClickedDate', 'opportunities', 'attribution'],
      ...['campaigns', 'workflows', 'country'],
    ],
    what: `A contact that is created again does not have ${LOST_WITH_CONTACT}; a country that it lacked is filled in by HighLevel.`,
  },
  {
    tools: ['remove_contact_from_campaign', 'remove_contact_from_all_campaigns'],
    record: 'contact',
    fields: ['campaigns'],
    what: 'A contact is not enrolled in a campaign again: that would start from the first step and message the person.',
  },
  {
    tools: ['remove_contact_from_workflow'],
    record: 'contact',
    fields: ['workflows'],
    what: 'A contact is not enrolled in a workflow again: that would start from the first step and may message the person.',
  },
  {
    tools: ['add_contact_to_campaign', 'add_contact_to_workflow'],
    record: 'contact',
    fields: ['campaigns', 'workflows'],
    what: 'An enrolment that existed before the change ends as well: no read shows who is enrolled.',
  },
];
