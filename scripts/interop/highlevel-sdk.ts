import { createSandbox, serveSandbox } from '../../src/sandbox/index.ts';
import { type Fixture, findFixture } from '../../test/examples.ts';
import { Checks } from './checks.ts';
import type { Installed } from './packages.ts';
import type { InteropProgram } from './program.ts';

/** An answer of the API. */
interface Answer {
  readonly [key: string]: unknown;
}
type Method = (...args: readonly unknown[]) => Promise<Answer>;

/** The parts of the SDK that are used here. */
interface Sdk {
  readonly HighLevel: {
    /** Private in its types; there is no option for it. */
    BASE_URL: string;
    new (config: {
      privateIntegrationToken: string;
      logLevel: string;
    }): { readonly contacts: Readonly<Record<string, Method>> };
  };
}

/** A call of a method of the SDK. */
interface Call {
  readonly method: string;
  readonly args: readonly unknown[];
  /** A root key of the answer, or its path. */
  readonly key: string;
  /** Under which the id of the record in the answer is kept. */
  readonly keep?: keyof Created;
}

/** Records that earlier calls create, for those that follow. */
interface Created {
  contactId: string;
  taskId: string;
  noteId: string;
}

const reads = (fixture: Fixture, locationId: string): Call[] => {
  const { contactId, taskId, noteId, businessId, email } = fixture;
  return [
    { method: 'getContact', args: [{ contactId }], key: 'contact' },
    { method: 'getContacts', args: [{ locationId, limit: 5 }], key: 'contacts' },
    { method: 'searchContactsAdvanced', args: [{ locationId, pageLimit: 5, query: 'maria' }], key: 'contacts' },
    { method: 'getDuplicateContact', args: [{ locationId, email }], key: 'contact' },
    { method: 'getContactsByBusinessId', args: [{ locationId, businessId, limit: '5' }], key: 'contacts' },
    { method: 'getAllTasks', args: [{ contactId }], key: 'tasks' },
    { method: 'getTask', args: [{ contactId, taskId }], key: 'task' },
    { method: 'getAllNotes', args: [{ contactId }], key: 'notes' },
    { method: 'getNote', args: [{ contactId, id: noteId }], key: 'note' },
    { method: 'getAppointmentsForContact', args: [{ contactId }], key: 'events' },
  ];
};

/** The contact that the calls change. */
const person = { firstName: 'Nora', lastName: 'Whelan', email: 'nora.whelan@example.com' };

const recordWrites = (created: Created, locationId: string): (() => Call)[] => {
  const task = { title: 'Call', dueDate: '2026-12-01T15:00:00.000Z', completed: false };
  const ids = () => ({ contactId: created.contactId, taskId: created.taskId });
  const noteIds = () => ({ contactId: created.contactId, id: created.noteId });
  return [
    () => ({ method: 'createContact', args: [{ locationId, ...person }], key: 'contact', keep: 'contactId' }),
    () => ({ method: 'upsertContact', args: [{ locationId, ...person, city: 'Gary' }], key: 'contact' }),
    () => ({ method: 'updateContact', args: [ids(), { city: 'Chicago' }], key: 'contact' }),
    () => ({ method: 'createTask', args: [ids(), task], key: 'task', keep: 'taskId' }),
    () => ({ method: 'updateTask', args: [ids(), { title: 'Call again' }], key: 'task' }),
    () => ({ method: 'updateTaskCompleted', args: [ids(), { completed: true }], key: 'task' }),
    () => ({ method: 'deleteTask', args: [ids()], key: 'succeded' }),
    () => ({ method: 'createNote', args: [ids(), { body: 'Called.' }], key: 'note', keep: 'noteId' }),
    () => ({ method: 'updateNote', args: [noteIds(), { body: 'Called again.' }], key: 'note' }),
    () => ({ method: 'deleteNote', args: [noteIds()], key: 'succeded' }),
  ];
};

const membershipWrites = (created: Created, fixture: Fixture, locationId: string): (() => Call)[] => {
  const { userId, businessId, campaignId, workflowId } = fixture;
  const id = () => ({ contactId: created.contactId });
  const tags = { tags: ['spring fair'] };
  const bulkTags = () => ({ contacts: [created.contactId], tags: ['lead'], locationId });
  const followers = { followers: [userId] };
  const business = () => ({ locationId, ids: [created.contactId], businessId });
  return [
    () => ({ method: 'addTags', args: [id(), tags], key: 'tags' }),
    () => ({ method: 'removeTags', args: [id(), tags], key: 'tags' }),
    () => ({ method: 'createAssociation', args: [{ type: 'add' }, bulkTags()], key: 'responses' }),
    () => ({ method: 'addRemoveContactFromBusiness', args: [business()], key: 'ids' }),
    () => ({ method: 'addFollowersContact', args: [id(), followers], key: 'followers' }),
    () => ({ method: 'removeFollowersContact', args: [id(), followers], key: 'followers' }),
    () => ({ method: 'addContactToCampaign', args: [{ ...id(), campaignId }, {}], key: 'succeded' }),
    () => ({ method: 'removeContactFromCampaign', args: [{ ...id(), campaignId }], key: 'succeded' }),
    () => ({ method: 'removeContactFromEveryCampaign', args: [id()], key: 'succeded' }),
    () => ({ method: 'addContactToWorkflow', args: [{ ...id(), workflowId }, {}], key: 'succeded' }),
    () => ({ method: 'deleteContactFromWorkflow', args: [{ ...id(), workflowId }, {}], key: 'succeded' }),
    () => ({ method: 'deleteContact', args: [id()], key: 'succeded' }),
  ];
};

async function callEveryMethod({ load }: Installed): Promise<string> {
  const checks = new Checks();
  const sandbox = createSandbox({ rate: 'off' });
  const { url, close } = await serveSandbox(sandbox);
  const { HighLevel } = await load<Sdk>('@gohighlevel/api-client');
  HighLevel.BASE_URL = url;
  const { contacts } = new HighLevel({ privateIntegrationToken: sandbox.token, logLevel: 'none' });
  const fixture = await findFixture();
  const created: Created = { contactId: '', taskId: '', noteId: '' };
  const { locationId } = sandbox;
  const calls = [
    ...reads(fixture, locationId).map((call) => () => call),
    ...recordWrites(created, locationId),
    ...membershipWrites(created, fixture, locationId),
  ];
  const called = new Set<string>();
  for (const next of calls) {
    const { method, args, key, keep } = next();
    called.add(method);
    const answer = await checks.succeeds(method, () => contacts[method]?.(...args));
    const value = answer?.[key];
    checks.expect(`${method} answers ${key}`, value !== undefined && value !== null, answer);
    if (keep) created[keep] = (value as { readonly id: string } | undefined)?.id ?? '';
  }
  await close();
  const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(contacts)).filter((name) => name !== 'constructor');
  const missing = methods.filter((name) => !called.has(name));
  checks.expect('every contacts method is called', missing.length === 0, missing);
  return `${called.size} of ${methods.length} contacts methods, ${checks.done()}`;
}

/** HighLevel's own SDK against the sandbox: whether the sandbox is what the API's owner describes. */
export const highLevelSdk: InteropProgram = {
  name: 'highlevel-sdk',
  packages: { '@gohighlevel/api-client': '3.1.0' },
  run: callEveryMethod,
};
