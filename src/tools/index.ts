import type { Endpoint } from '../endpoint.ts';
import { appointments } from './appointments.ts';
import { bulkUpdateContacts } from './bulk-update-contacts.ts';
import { bulkUpsertContacts } from './bulk-upsert-contacts.ts';
import { businesses } from './businesses.ts';
import { campaigns } from './campaigns.ts';
import { contacts } from './contacts.ts';
import { countContacts } from './count-contacts.ts';
import { followers } from './followers.ts';
import { getContactOverview } from './get-contact-overview.ts';
import { getContactTimeline } from './get-contact-timeline.ts';
import { listChangedContacts } from './list-changed-contacts.ts';
import { lookups } from './lookups.ts';
import { notes } from './notes.ts';
import { onboardContact } from './onboard-contact.ts';
import { searchLocationTasks } from './search-location-tasks.ts';
import { tags } from './tags.ts';
import { tasks } from './tasks.ts';
import { isFlow, type Tool } from './tool.ts';
import { workflows } from './workflows.ts';

/** Every tool by family, in the order hosts are shown them. */
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
  lookups: [...lookups, searchLocationTasks],
  flows: [
    getContactOverview,
    getContactTimeline,
    listChangedContacts,
    onboardContact,
    bulkUpsertContacts,
    countContacts,
    bulkUpdateContacts,
  ],
} as const;

export const tools: readonly Tool[] = Object.entries(families).flatMap(([family, list]) =>
  list.map((tool): Tool => ({ ...tool, family })),
);

/** Every endpoint there is, also those that only a tool of several calls uses. */
export const endpoints: readonly Endpoint[] = [
  ...new Set(tools.flatMap((tool): readonly Endpoint[] => (isFlow(tool) ? tool.calls : [tool]))),
];
