import type { Route } from '../route.ts';
import { appointmentRoutes } from './appointments.ts';
import { calendarRoutes } from './calendars.ts';
import { contactRoutes } from './contacts.ts';
import { listRoutes } from './lists.ts';
import { locationRoutes } from './locations.ts';
import { lookupRoutes } from './lookups.ts';
import { membershipRoutes } from './memberships.ts';
import { noteRoutes } from './notes.ts';
import { searchRoutes } from './search.ts';
import { tagRoutes } from './tags.ts';
import { taskRoutes } from './tasks.ts';

export const routes: readonly Route[] = [
  ...contactRoutes,
  ...listRoutes,
  ...searchRoutes,
  ...taskRoutes,
  ...noteRoutes,
  ...tagRoutes,
  ...membershipRoutes,
  ...calendarRoutes,
  ...appointmentRoutes,
  ...locationRoutes,
  ...lookupRoutes,
];
