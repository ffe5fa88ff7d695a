import { type Contact, identifierKeys } from './contact.ts';
import type { IndexDelay } from './options.ts';
import { SearchIndex } from './search-index.ts';

export interface Location {
  readonly id: string;
  readonly companyId: string;
  readonly name: string;
  readonly timezone: string;
  readonly country: string;
  readonly [detail: string]: string;
}
export interface Task {
  readonly id: string;
  readonly contactId: string;
  readonly title: string;
  readonly body?: string;
  readonly assignedTo?: string;
  readonly dueDate: number;
  readonly completed: boolean;
  readonly dateAdded: number;
  readonly dateUpdated: number;
  /** No longer listed for its contact; the task search of the location may still return it. */
  readonly deleted?: true;
}
export interface Note {
  readonly id: string;
  readonly contactId: string;
  readonly body: string;
  readonly userId?: string;
  readonly title?: string;
  readonly color?: string;
  readonly pinned?: boolean;
  readonly dateAdded: number;
}
export interface Appointment {
  readonly id: string;
  readonly contactId: string;
  readonly calendarId: string;
  readonly title: string;
  readonly appointmentStatus: string;
  readonly assignedUserId?: string;
  readonly notes?: string;
  readonly address?: string;
  readonly startTime: number;
  readonly endTime: number;
  readonly dateAdded: number;
  readonly dateUpdated: number;
  /** The calendar still returns it. */
  readonly deleted?: true;
}
export interface CustomField {
  readonly id: string;
  readonly name: string;
  readonly fieldKey: string;
  readonly dataType: string;
  readonly picklistOptions?: readonly string[];
  readonly textBoxListOptions?: readonly { readonly id: string; readonly label: string }[];
  readonly placeholder: string;
  readonly position: number;
  readonly model: string;
}
export interface User {
  readonly id: string;
  readonly name: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly phone?: string;
  readonly role: string;
}
/** A business, calendar, workflow, campaign or tag. */
export interface NamedRecord {
  readonly id: string;
  readonly name: string;
  readonly [detail: string]: unknown;
}

/** One location with its records other than contacts. */
export interface LocationRecords {
  readonly location: Location;
  readonly tags: NamedRecord[];
  readonly customFields: readonly CustomField[];
  readonly users: readonly User[];
  readonly businesses: readonly NamedRecord[];
  readonly calendars: readonly NamedRecord[];
  readonly workflows: readonly NamedRecord[];
  readonly campaigns: readonly NamedRecord[];
  readonly index: SearchIndex;
}

interface RecordTypes {
  readonly contact: Contact;
  readonly task: Task;
  readonly note: Note;
  readonly appointment: Appointment;
}
/** One write. A new record has no `before`; a removed one has no `after`, also if it is stored as deleted. */
export interface Write<T> {
  readonly before: T | undefined;
  readonly after: T | undefined;
}
export type Change = {
  [Kind in keyof RecordTypes]: { readonly kind: Kind } & Write<RecordTypes[Kind]>;
}[keyof RecordTypes];

const existing = <T extends { readonly deleted?: boolean }>(record: T | undefined): T | undefined =>
  record?.deleted ? undefined : record;

/** All records of the sandbox. They are replaced, never changed in place, so readers need no copies. */
export class Store {
  readonly locations = new Map<string, LocationRecords>();
  readonly contacts = new Map<string, Contact>();
  readonly tasks = new RecordsByContact<Task>((write) => this.onChange({ kind: 'task', ...write }));
  readonly notes = new RecordsByContact<Note>((write) => this.onChange({ kind: 'note', ...write }));
  readonly appointments = new RecordsByContact<Appointment>((write) =>
    this.onChange({ kind: 'appointment', ...write }),
  );
  /** Ids of the campaigns by contact id. */
  readonly campaigns = new Map<string, Set<string>>();
  /** Ids of the workflows by contact id. */
  readonly workflows = new Map<string, Set<string>>();
  /** Called after each write of a client. */
  onChange: (change: Change) => void = () => {};
  readonly #byIdentifier = new Map<string, Set<string>>();

  addLocation(contents: Omit<LocationRecords, 'index'>, indexDelayMs: IndexDelay): LocationRecords {
    const records = { ...contents, index: new SearchIndex(indexDelayMs) };
    this.locations.set(records.location.id, records);
    return records;
  }

  /** The same records; writes to one of both do not change the other. */
  copy(indexDelayMs: IndexDelay): Store {
    const copy = new Store();
    for (const [id, records] of this.locations) {
      copy.locations.set(id, { ...records, tags: [...records.tags], index: records.index.copy(indexDelayMs) });
    }
    for (const [id, contact] of this.contacts) copy.contacts.set(id, contact);
    copy.tasks.addAll(this.tasks);
    copy.notes.addAll(this.notes);
    copy.appointments.addAll(this.appointments);
    for (const [id, campaigns] of this.campaigns) copy.campaigns.set(id, new Set(campaigns));
    for (const [id, workflows] of this.workflows) copy.workflows.set(id, new Set(workflows));
    for (const [key, ids] of this.#byIdentifier) copy.#byIdentifier.set(key, new Set(ids));
    return copy;
  }

  locationsOf(companyId: string): Location[] {
    return [...this.locations.values()]
      .map(({ location }) => location)
      .filter((location) => location.companyId === companyId);
  }

  addSeeded(contact: Contact): void {
    this.#put(contact);
    this.locations.get(contact.locationId)?.index.add(contact);
  }

  save(contact: Contact, now: number): void {
    const before = this.contacts.get(contact.id);
    this.#put(contact);
    this.locations.get(contact.locationId)?.index.update(contact, now);
    this.onChange({ kind: 'contact', before: existing(before), after: existing(contact) });
  }

  /** The contacts of a location with this email (primary or secondary) or primary phone. */
  findByIdentifier(locationId: string, emailOrPhone: string): Contact[] {
    const ids = this.#byIdentifier.get(`${locationId} ${emailOrPhone.toLowerCase()}`) ?? [];
    return [...ids].flatMap((id) => this.contacts.get(id) ?? []);
  }

  #put(contact: Contact): void {
    const before = this.contacts.get(contact.id);
    for (const key of before ? identifierKeys(before) : []) this.#byIdentifier.get(key)?.delete(contact.id);
    for (const key of identifierKeys(contact)) {
      this.#byIdentifier.set(key, (this.#byIdentifier.get(key) ?? new Set()).add(contact.id));
    }
    this.contacts.set(contact.id, contact);
  }
}

/** The records of each contact, in the order they were added. */
export class RecordsByContact<T extends { readonly id: string; readonly contactId: string; readonly deleted?: true }> {
  readonly #byContact = new Map<string, readonly T[]>();
  readonly #onWrite: (write: Write<T>) => void;

  constructor(onWrite: (write: Write<T>) => void) {
    this.#onWrite = onWrite;
  }

  addAll(others: RecordsByContact<T>): void {
    for (const [contactId, items] of others.#byContact) this.#byContact.set(contactId, items);
  }

  forContact(contactId: string): readonly T[] {
    return this.#byContact.get(contactId) ?? [];
  }

  find(contactId: string, id: string): T | undefined {
    return this.forContact(contactId).find((item) => item.id === id);
  }

  all(): T[] {
    return [...this.#byContact.values()].flat();
  }

  put(item: T): void {
    const others = this.forContact(item.contactId);
    const before = this.find(item.contactId, item.id);
    const next = before ? others.map((other) => (other === before ? item : other)) : [...others, item];
    this.#byContact.set(item.contactId, next);
    this.#onWrite({ before: existing(before), after: existing(item) });
  }

  remove(item: T): void {
    this.#byContact.set(
      item.contactId,
      this.forContact(item.contactId).filter(({ id }) => id !== item.id),
    );
    this.#onWrite({ before: existing(item), after: undefined });
  }
}
