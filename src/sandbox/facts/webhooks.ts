import type { Fact } from './fact.ts';

const GUIDE = 'the official webhook guide, as of 2026-08-30';

export const webhookFacts: readonly Fact[] = [
  {
    id: 'webhook-contact',
    statement:
      'An event has appId, versionId, timestamp and webhookId next to the keys of its record, and no key for an absent value. A contact has no attachments, and name only if it was written.',
    source: 'recording',
    evidence: 'events of 2025-08 and 2026-03 in the code of two apps; issues 264 and 324 of the official documentation',
    where: 'src/sandbox/webhooks/events.ts',
  },
  {
    id: 'webhook-note',
    statement: 'A note in an event has id, body, contactId and dateAdded, nothing else.',
    source: 'documentation',
    evidence: 'HighLevel in issue 312 of the official documentation',
    where: 'src/sandbox/webhooks/events.ts',
  },
  {
    id: 'webhook-task-create',
    statement: 'TaskCreate has neither contactId nor body. TaskComplete and TaskDelete have both.',
    source: 'recording',
    evidence: 'issue 332 of the official documentation for TaskCreate; the others as documented',
    where: 'src/sandbox/webhooks/events.ts',
  },
  {
    id: 'webhook-task-update',
    statement: 'A change of a task has no event, except that it was completed.',
    source: 'documentation',
    evidence: 'no such event in the official list',
    where: 'src/sandbox/webhooks/events.ts',
  },
  {
    id: 'webhook-silent-fields',
    statement:
      'Changes of followers, business, type, gender, secondary emails, campaigns and inbound do-not-disturb have no event, nor do the records of a deleted contact.',
    source: 'guess',
    evidence:
      'ContactUpdate is for "specific fields" and has none of these; inbound by issue 264; no report on deletions',
    where: 'src/sandbox/webhooks/events.ts',
  },
  {
    id: 'webhook-contact-update',
    statement: 'A change of tags or do-not-disturb alone sends its own event and no ContactUpdate.',
    source: 'guess',
    evidence: 'opportunities send both by issue 27; for contacts there is no report',
    where: 'src/sandbox/webhooks/events.ts',
    switch: 'contactUpdateEvents',
  },
  {
    id: 'webhook-signatures',
    statement: 'X-GHL-Signature is an Ed25519 signature over the bytes of the body; X-WH-Signature is no longer sent.',
    source: 'documentation',
    evidence: `${GUIDE}: the older header ends on 2026-09-01, in earlier copies on 2026-07-01`,
    where: 'src/sandbox/webhooks/signature.ts',
    switch: 'webhookSignatures',
  },
  {
    id: 'webhook-retries',
    statement: 'A response other than 2xx, or none, is retried up to 12 times with delays that double.',
    source: 'documentation',
    evidence: `${GUIDE}; its copies of 2025-10 and 2026-03, the help center and issue 257: 6 times, only after 429`,
    where: 'src/sandbox/webhooks/deliveries.ts',
    switch: 'webhookRetries',
  },
  {
    id: 'webhook-retry-body',
    statement: 'A retry has the body, webhookId, timestamp, signature and deliveryId of the first attempt.',
    source: 'documentation',
    evidence: 'the official page on webhook logs: the original payload is sent again, under the same webhook id',
    where: 'src/sandbox/webhooks/deliveries.ts',
  },
];
