import type { Endpoint } from '../../../api/endpoint.ts';
import type { Json } from '../../../lib/json.ts';
import type { RecordRef } from './effects.ts';

/** A field that gets back a value. */
export interface FieldRestored {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** One write that takes a part of a change back. Ids are those that the records had when they were changed. */
export interface Write {
  readonly endpoint: Endpoint;
  readonly args: Json;
  readonly restored: readonly FieldRestored[];
  /** The deleted record that it creates again. */
  readonly creates?: RecordRef;
}

export const idsOf = ({ kind, contactId, id }: RecordRef): Json =>
  kind === 'contact' ? { contactId } : { contactId, [`${kind}Id`]: id };
