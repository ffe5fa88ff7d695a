// The ways of the tools of several calls, by the names of their records.
export { run as bulkUpdateContacts } from './bulk/update.ts';
export { run as listChangedContacts } from './changed-contacts.ts';
export { run as countContacts } from './count.ts';
export { run as searchLocationTasks } from './location-tasks.ts';
export { run as bulkUpsertContacts } from './onboard/many.ts';
export { run as onboardContact } from './onboard/one.ts';
export { run as getContactOverview } from './overview.ts';
export { withE164 } from './phone-lookup.ts';
export { run as getContactTimeline } from './timeline-page.ts';
