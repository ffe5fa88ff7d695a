import { record, rows } from './checks.ts';
import { type Fact, LIVE_TESTS } from './fact.ts';

/** Tasks, notes and appointments. */
export const activityFacts: readonly Fact[] = [
  {
    id: 'activity-and-date-updated',
    statement: 'Writing a task or note does not change the dateUpdated of its contact.',
    source: 'guess',
    evidence: 'no report',
    where: 'src/sandbox/route.ts',
    switch: 'activityTouchesContact',
  },
  {
    id: 'contact-appointments',
    statement: 'The appointments of a contact are listed.',
    source: 'recording',
    evidence: `${LIVE_TESTS}, five other clients; two reports of empty lists stay unexplained`,
    where: 'src/sandbox/routes/calendars.ts',
    switch: 'contactAppointments',
  },
  {
    id: 'deleted-bookings',
    statement: 'A calendar still returns deleted appointments, with deleted: true and their last status.',
    source: 'recording',
    evidence: 'a calendar client that measured a real account, 2026-08-26',
    where: 'src/sandbox/routes/calendars.ts',
  },
  {
    id: 'deleted-bookings-of-contact',
    statement: 'A deleted appointment is no longer in the list of its contact.',
    source: 'guess',
    evidence: 'only the calendar was measured',
    where: 'src/sandbox/routes/calendars.ts',
    switch: 'deletedAppointments',
  },
  {
    id: 'event-overlap',
    statement: 'Events of a calendar are those that overlap the requested time range.',
    source: 'recording',
    evidence: 'a calendar client that measured a real account, 2026-08-26',
    where: 'src/sandbox/routes/calendars.ts',
  },
  {
    id: 'deleted-tasks',
    statement: 'The task search of a location still returns deleted tasks, with deleted: true.',
    source: 'guess',
    evidence: `its rows have the key (${LIVE_TESTS}); it was never observed to be true`,
    where: 'src/sandbox/routes/tasks.ts',
    switch: 'deletedTasks',
  },
  {
    id: 'location-task-rows',
    statement:
      'Rows of the task search of a location have status, statusGroup, searchAfter, four times, deleted and assignedToUserDetails.',
    source: 'recording',
    evidence: LIVE_TESTS,
    where: 'src/sandbox/routes/locations.ts',
  },
  {
    id: 'location-task-status',
    statement: 'The values of status and statusGroup in such a row are invented.',
    source: 'guess',
    evidence: 'recorded by name only',
    where: 'src/sandbox/routes/locations.ts',
    async check({ request, locationId }) {
      const { body } = await request('POST', `/locations/${locationId}/tasks/search`, { body: { limit: 1 } });
      const [task] = rows(record(body).tasks);
      if (!task) return { holds: undefined, observed: 'no task, or no scope for them' };
      const known = ['completed', 'incompleted'].includes(String(task.status));
      return { holds: known, observed: known ? 'a known word' : `${typeof task.status}` };
    },
  },
];
