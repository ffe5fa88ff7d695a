import { type Contact, reachKeys } from './contact.ts';
import { type IndexDelay, IndexView } from './index-view.ts';

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
  /** Gone from its contact, while the location's search may go on returning it. */
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
  /** The calendar goes on returning it. */
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
/** A business, calendar, workflow, campaign or tag: an id, a name, and whatever else it says of itself. */
export interface Named {
  readonly id: string;
  readonly name: string;
  readonly [detail: string]: unknown;
}

/** The things of one location other than contacts. */
export interface Office {
  readonly location: Location;
  readonly tags: Named[];
  readonly customFields: readonly CustomField[];
  readonly users: readonly User[];
  readonly businesses: readonly Named[];
  readonly calendars: readonly Named[];
  readonly workflows: readonly Named[];
  readonly campaigns: readonly Named[];
  readonly index: IndexView;
}

/** Everything the sandbox remembers. Records are replaced, never changed in place, so readers need no copies. */
export class Store {
  readonly offices = new Map<string, Office>();
  readonly contacts = new Map<string, Contact>();
  readonly tasks = new Shelf<Task>();
  readonly notes = new Shelf<Note>();
  readonly appointments = new Shelf<Appointment>();
  /** contact id to the campaigns, and the workflows, it is in */
  readonly campaigns = new Map<string, Set<string>>();
  readonly workflows = new Map<string, Set<string>>();
  readonly #byReach = new Map<string, Set<string>>();

  addOffice(contents: Omit<Office, 'index'>, indexDelayMs: IndexDelay): Office {
    const office = { ...contents, index: new IndexView(indexDelayMs) };
    this.offices.set(office.location.id, office);
    return office;
  }

  locationsOf(companyId: string): Location[] {
    return [...this.offices.values()].map(({ location }) => location).filter((each) => each.companyId === companyId);
  }

  seed(contact: Contact): void {
    this.#keep(contact);
    this.offices.get(contact.locationId)?.index.seeded(contact);
  }

  save(contact: Contact, now: number): void {
    this.#keep(contact);
    this.offices.get(contact.locationId)?.index.changed(contact, now);
  }

  /** The contacts of a location with this email, primary or not, or this phone. */
  reachedBy(locationId: string, emailOrPhone: string): Contact[] {
    const ids = this.#byReach.get(`${locationId} ${emailOrPhone.toLowerCase()}`) ?? [];
    return [...ids].flatMap((id) => this.contacts.get(id) ?? []);
  }

  #keep(contact: Contact): void {
    const before = this.contacts.get(contact.id);
    for (const key of before ? reachKeys(before) : []) this.#byReach.get(key)?.delete(contact.id);
    for (const key of reachKeys(contact)) {
      this.#byReach.set(key, (this.#byReach.get(key) ?? new Set()).add(contact.id));
    }
    this.contacts.set(contact.id, contact);
  }
}

/** Records that hang on a contact, in the order they were added. */
export class Shelf<T extends { readonly id: string; readonly contactId: string }> {
  readonly #byContact = new Map<string, T[]>();

  of(contactId: string): readonly T[] {
    return this.#byContact.get(contactId) ?? [];
  }

  find(contactId: string, id: string): T | undefined {
    return this.of(contactId).find((item) => item.id === id);
  }

  all(): T[] {
    return [...this.#byContact.values()].flat();
  }

  put(item: T): void {
    const others = this.of(item.contactId);
    const next = others.some(({ id }) => id === item.id)
      ? others.map((other) => (other.id === item.id ? item : other))
      : [...others, item];
    this.#byContact.set(item.contactId, next);
  }

  remove(item: T): void {
    this.#byContact.set(
      item.contactId,
      this.of(item.contactId).filter(({ id }) => id !== item.id),
    );
  }
}
