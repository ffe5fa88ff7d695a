import { isMissing } from '../../../api/errors.ts';
import { UserError } from '../../../lib/errors.ts';
import { updateContact } from '../../contacts.ts';
import type { ToolContext } from '../../core/context.ts';
import { assertAllowed } from '../../core/permissions.ts';
import { type ContactRecord, readContact } from '../read-contact.ts';
import { withContactLock, withSharedLock } from '../shared-lock.ts';
import { createPerson } from './create-person.ts';
import { type FoundPerson, findPerson } from './find-person.ts';
import { type DesiredPerson, keysOf } from './parse-person.ts';
import { diffFields, existingId, type FieldResults, updateFields } from './person-fields.ts';
import { ContactWriter, type Failure, type RelatedRecords } from './related-records.ts';

export interface OnboardResult extends FieldResults, RelatedRecords {
  /** As last read; changes written after that may be missing. */
  readonly contact: ContactRecord;
  readonly created: boolean;
  readonly failed: readonly Failure[];
}

/**
 * Finds or creates the contact of a person, and adds what it lacks. Repeating it adds nothing. Calls that may mean the
 * same person run one after the other, also those of other processes.
 * @throws Conflict if the person matches different contacts; UserError, such as RecordsBusy, if nothing was written
 */
export const onboardPerson = (person: DesiredPerson, context: ToolContext): Promise<OnboardResult> =>
  withSharedLock(keysOf(person), context, async (locked) => {
    const write = (found: FoundPerson | undefined) =>
      found ? updatePerson(person, found, locked) : onboardNew(person, locked);
    const found = await findPerson(person, undefined, locked);
    try {
      return await write(found);
    } catch (error) {
      // Another client created or deleted the contact meanwhile: try again with what is stored now.
      const duplicateId = existingId(error);
      if (duplicateId === undefined && !(error instanceof ContactDeleted)) throw error;
      return write(await findPerson(person, duplicateId, locked));
    }
  });

async function onboardNew(person: DesiredPerson, context: ToolContext): Promise<OnboardResult> {
  const { contact, notStored } = await createPerson(person, context);
  return withContactLock(contact.id, context, async (locked, waited) => {
    const writer = new ContactWriter(contact, locked);
    const related = await writer.addRelatedRecords(person, !waited);
    return {
      contact,
      created: true,
      changed: [],
      notStored,
      failed: writer.failed,
      ...related,
      tagsAdded: Array.isArray(contact.tags) ? contact.tags.map(String) : person.tags,
    };
  });
}

class ContactDeleted extends UserError {
  constructor() {
    super('The contact was deleted while it was being updated. Call again to create it.');
  }
}

const updatePerson = (person: DesiredPerson, found: FoundPerson, context: ToolContext): Promise<OnboardResult> =>
  withContactLock(found.contact.id, context, async (locked, waited) => {
    // The call that held the lock before has changed the contact.
    const contact = waited ? await readContact(found.contact.id, locked) : found.contact;
    if (!contact) throw new ContactDeleted();
    const diff = diffFields(person, { ...found, contact });
    const differs = diff.toWrite.length > 0;
    // Refused before any other part is written; parts that arguments ask for were checked before.
    if (differs) assertAllowed(updateContact, {}, locked.access);
    const writer = new ContactWriter(contact, locked);
    const fields = differs
      ? await writer.attempt('fields', () => updateFields(diff, { ...found, contact }, locked))
      : undefined;
    const related = await writer.addRelatedRecords(person, false);
    const { failed } = writer;
    if (
      failed.some(({ error }) => isMissing(error)) &&
      (await readContact(contact.id, locked).catch(() => contact)) === undefined
    )
      throw new ContactDeleted();
    return {
      contact: { ...contact, ...fields?.contact, id: contact.id },
      created: false,
      changed: fields?.changed ?? [],
      notStored: (fields ?? diff).notStored,
      failed,
      ...related,
    };
  });
