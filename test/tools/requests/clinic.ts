import type { SandboxData } from '../../../src/sandbox/index.ts';

/** Contacts tagged `puppy class`: more than may be changed without a preview. */
const PUPPY_CLASS = 30;

const DANA = 'userDana000000000001';
const THEO = 'userTheo000000000001';

/** A veterinary clinic whose staff asks about people by name. The tests run on Friday 20 November 2026. */
export const clinic: SandboxData = {
  location: { name: 'Willow Creek Veterinary', timezone: 'America/Chicago', country: 'US' },
  users: [
    { id: DANA, name: 'Dana Whitfield', email: 'dana@example.com' },
    { id: THEO, name: 'Theo Brandt', email: 'theo@example.com' },
  ],
  calendars: [
    { id: 'calendarSurgery00001', name: 'Surgery' },
    { id: 'calendarCheckups0001', name: 'Check-ups' },
  ],
  customFields: [
    { id: 'fieldOfInsurance0001', name: 'Pet insurance', fieldKey: 'contact.pet_insurance', dataType: 'TEXT' },
    { id: 'fieldOfLastVisit0001', name: 'Last visit', fieldKey: 'contact.last_visit', dataType: 'DATE' },
  ],
  contacts: [
    {
      id: 'contactMaria00000001',
      firstName: 'Maria',
      lastName: 'Lopez',
      email: 'maria.lopez@example.com',
      phone: '+13125550142',
      assignedTo: DANA,
      dateAdded: '2026-09-01T15:00:00.000Z',
      customFields: [
        { key: 'pet_insurance', value: 'Trupanion 88-1204' },
        { key: 'last_visit', value: '2026-10-14' },
      ],
      notes: [
        { body: 'Rex limps after walks.', userId: DANA, dateAdded: '2026-09-02T16:30:00.000Z' },
        { body: 'X-ray shows nothing.', userId: THEO, dateAdded: '2026-10-14T17:00:00.000Z' },
      ],
      tasks: [
        { title: 'Call about the X-ray', dueDate: '2026-11-18T18:00:00.000Z', assignedTo: THEO },
        { title: 'Send invoice', dueDate: '2026-11-27T18:00:00.000Z', assignedTo: DANA },
      ],
      appointments: [
        {
          title: 'Check hip',
          calendarId: 'calendarCheckups0001',
          assignedUserId: DANA,
          startTime: '2026-11-21T15:00:00.000Z',
          endTime: '2026-11-21T15:30:00.000Z',
        },
      ],
    },
    {
      id: 'contactNoah000000001',
      firstName: 'Noah',
      lastName: 'Berg',
      email: 'noah.berg@example.com',
      phone: '+13125550187',
      customFields: [{ key: 'last_visit', value: '2026-11-03' }],
      tasks: [{ title: 'Ask for vaccination card', dueDate: '2026-11-10T18:00:00.000Z', assignedTo: THEO }],
      appointments: [
        {
          title: 'Spay',
          calendarId: 'calendarSurgery00001',
          assignedUserId: THEO,
          startTime: '2026-11-21T14:00:00.000Z',
          endTime: '2026-11-21T16:00:00.000Z',
        },
      ],
    },
    ...Array.from({ length: PUPPY_CLASS }, (_, at) => ({
      id: `contactPuppy${String(at).padStart(8, '0')}`,
      firstName: `Owner ${at}`,
      lastName: 'Puppy',
      tags: ['puppy class'],
      customFields: [{ key: 'last_visit', value: at < 12 ? '2026-10-20' : '2026-08-20' }],
    })),
  ],
};
