import * as z from 'zod';

/** Version of the lines. */
const VERSION = 1;

const Values = z.record(z.string(), z.unknown());

/**
 * What a record held, only the fields that the write changed: null where there was, or is, none; `unknown` where it could
 * not be read.
 */
const Side = z.union([Values, z.null(), z.literal('unknown')]);
const sides = { before: Side.optional(), after: Side.optional() };

const ContactChange = z.object({ contactId: z.string(), contactName: z.string().optional(), ...sides });

/** Ids stand in sentences of ours. */
const Id = z.string().regex(/^[\w-]{1,64}$/);

/** One line of the journal: a write, or a call that was refused here. */
export const EntrySchema = z.looseObject({
  v: z.literal(VERSION),
  id: Id,
  /** ISO time in UTC at which the write began, by the machine's clock. */
  time: z.string(),
  /** Name of the endpoint; of a refused call, the tool or the command. */
  tool: z.string(),
  /** Undefined where a sign-in failed before it was known. */
  locationId: z.string().optional(),
  contactId: z.string().optional(),
  contactName: z.string().optional(),
  host: z.object({ name: z.string().optional(), version: z.string().optional() }).optional(),
  /** One for each start of a server. */
  conversation: z.string().optional(),
  /** The same, within a conversation, for all writes of one bulk run or one onboarding. */
  group: z.string().optional(),
  /** Id of the entry that this write undoes. */
  undoes: Id.optional(),
  /** Id of the deleted record that this write created again. */
  replaces: z.string().optional(),
  /** Arguments as they were sent. */
  sent: Values.optional(),
  ...sides,
  /** In place of the two, for a write to several contacts. */
  contacts: z.array(ContactChange).readonly().optional(),
  /** Names of the fields that were sent and that HighLevel did not store. */
  dropped: z.array(z.string()).readonly().optional(),
  /** Names of the fields that were sent, in place of all values, where the owner leaves values out. */
  fields: z.array(z.string()).optional(),
  /** `refused`: by HighLevel, or here. `notDone`: certainly nothing was written. `unknown`: no read could decide it. */
  outcome: z.enum(['done', 'refused', 'notDone', 'unknown']),
  /** Kind of the error, unless it was done. */
  reason: z.string().optional(),
  /** True if the outcome was found by reading. */
  reconciled: z.boolean(),
  /** Requests that were sent; 0 for a call that was refused here. */
  attempts: z.number(),
  /** True if the host cancelled the call before the outcome was known. */
  cancelled: z.boolean(),
  traceId: z.string().optional(),
});
export type Entry = z.infer<typeof EntrySchema>;
