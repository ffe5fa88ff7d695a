import type { Endpoint } from '../api/endpoint.ts';
import { appointments } from './appointments.ts';
import { businesses } from './businesses.ts';
import { campaigns } from './campaigns.ts';
import { searchLocationAppointments } from './composite/appointments/search-location-appointments.tool.ts';
import { bulkUpdateContacts } from './composite/bulk-update/bulk-update-contacts.tool.ts';
import { bulkUpdateTasks } from './composite/bulk-update-tasks/bulk-update-tasks.tool.ts';
import { listChangedContacts } from './composite/changes/list-changed-contacts.tool.ts';
import { getContactOverview } from './composite/contact-view/get-contact-overview.tool.ts';
import { getContactTimeline } from './composite/contact-view/get-contact-timeline.tool.ts';
import { countContacts } from './composite/count/count-contacts.tool.ts';
import { findDuplicates } from './composite/duplicates/find-duplicates.tool.ts';
import { exportContacts } from './composite/export/export-contacts.tool.ts';
import { listRecentChanges } from './composite/journal/list-recent-changes.tool.ts';
import { searchLocationTasks } from './composite/location-tasks/search-location-tasks.tool.ts';
import { mergeContacts } from './composite/merge/merge-contacts.tool.ts';
import { bulkUpsertContacts } from './composite/onboard/bulk-upsert-contacts.tool.ts';
import { onboardContact } from './composite/onboard/onboard-contact.tool.ts';
import { undoChange } from './composite/undo/undo-change.tool.ts';
import { contacts } from './contacts.ts';
import { isComposite, type Tool } from './core/tool.ts';
import { followers } from './followers.ts';
import { lookups } from './lookups.ts';
import { notes } from './notes.ts';
import { tags } from './tags.ts';
import { tasks } from './tasks.ts';
import { workflows } from './workflows.ts';

/** Every tool by family, in the order of tools/list. */
export const families = {
  contacts,
  tasks,
  notes,
  appointments,
  tags,
  businesses,
  followers,
  campaigns,
  workflows,
  lookups: [...lookups, searchLocationTasks, searchLocationAppointments],
  flows: [
    getContactOverview,
    getContactTimeline,
    listChangedContacts,
    onboardContact,
    bulkUpsertContacts,
    countContacts,
    findDuplicates,
    mergeContacts,
    exportContacts,
    bulkUpdateContacts,
    bulkUpdateTasks,
    listRecentChanges,
    undoChange,
  ],
} as const;

export const tools: readonly Tool[] = Object.entries(families).flatMap(([family, list]) =>
  list.map((tool): Tool => ({ ...tool, family })),
);

/** Every endpoint, also those that only composite tools use. */
export const endpoints: readonly Endpoint[] = [
  ...new Set(tools.flatMap((tool): readonly Endpoint[] => (isComposite(tool) ? tool.calls : [tool]))),
];
