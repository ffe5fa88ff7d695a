// The implementations of the composite tools, by tool name.

export { withE164 } from '../names/phone.ts';
export { resolveReferences } from '../names/resolve-references.ts';
export { showNames } from '../names/show-names.ts';
export { mergeOwnWrites } from '../own-writes/merge-own-writes.ts';
export { run as searchLocationAppointments } from './appointments/search-location-appointments.ts';
export { run as bulkUpdateContacts } from './bulk-update/bulk-update-contacts.ts';
export { run as bulkUpdateTasks } from './bulk-update-tasks/bulk-update-tasks.ts';
export { run as listChangedContacts } from './changes/list-changed-contacts.ts';
export { questionOf } from './confirm/questions.ts';
export { run as getContactOverview } from './contact-view/get-contact-overview.ts';
export { run as getContactTimeline } from './contact-view/get-contact-timeline.ts';
export { run as countContacts } from './count/count-contacts.ts';
export { run as findDuplicates } from './duplicates/find-duplicates.ts';
export { run as exportContacts } from './export/export-contacts.ts';
export { run as listRecentChanges } from './journal/list-recent-changes.ts';
export { run as searchLocationTasks } from './location-tasks/search-location-tasks.ts';
export { run as mergeContacts } from './merge/merge-contacts.ts';
export { run as bulkUpsertContacts } from './onboard/bulk-upsert-contacts.ts';
export { run as onboardContact } from './onboard/onboard-contact.ts';
export { resolveSearch } from './search/resolve-search.ts';
export { run as searchContacts } from './search/search-contacts.ts';
export { run as undoChange } from './undo/undo-change.ts';
