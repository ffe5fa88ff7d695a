import { type At, appointment, type CustomerDetails, note, task } from './details.ts';

/** Customers of the courier business. */
export const courierCustomers = (at: At): CustomerDetails => ({
  'Ben Carter': {
    businessId: 'Acme Couriers',
    opportunities: [
      {
        id: 'fleetDealOfBen000000',
        pipelineId: 'pipelineOfSales00000',
        pipelineStageId: 'b1c9d3a2-4e5f-4a6b-8c7d-9e0f1a2b3c4d',
        status: 'open',
        monetaryValue: 4800,
      },
    ],
    dnd: false,
    dndSettings: { SMS: { status: 'active', message: 'Asked for calls only', code: '103' } },
    customFields: [
      { key: 'bike_model', value: 'Omnium Cargo' },
      { key: 'emergency_phone', value: '+13125550160' },
      { key: 'billing_email', value: 'invoices@acmecouriers.example' },
    ],
    tasks: [
      task('Quote for twelve new drive trains', at(-5, 19), { assignedTo: 'Theo Brandt' }),
      task('Agree on the winter service window', at(4, 18), { assignedTo: 'Dana Whitfield' }),
    ],
    notes: [note(`<h3>Fleet contract</h3>${serviceLog()}`, at(-12, 17), { userId: 'Theo Brandt' })],
    appointments: [
      appointment('Fleet inspection, bikes 1 to 8', at(6, 14), 180, {
        calendarId: 'Workshop',
        assignedUserId: 'Theo Brandt',
        address: '900 S Canal St',
      }),
    ],
  },
  'Ruth Adeyemi': {
    businessId: 'Acme Couriers',
    additionalEmails: ['accounts@acmecouriers.example'],
    tasks: [task('Chase the open invoice of September', at(-14, 16), { assignedTo: 'Dana Whitfield' })],
  },
  'Jonas Weber': { businessId: 'Acme Couriers', type: 'customer' },
});

/** Customers of the cycling club and the medical group. */
export const memberCustomers = (at: At): CustomerDetails => ({
  'Priscilla Ong': {
    businessId: 'Lakeside Cycling Club',
    additionalEmails: ['president@lakesidecycling.example', 'p.ong@example.com'],
    additionalPhones: ['+17735550176'],
    tasks: [task('Confirm the mechanics for the club ride', at(1, 19), { assignedTo: 'Sofia Reyes' })],
    customFields: [{ key: 'mailings', value: ['Ride invitations'] }],
  },
  'Tomasz Zielinski': {
    businessId: 'Lakeside Cycling Club',
    customFields: [
      { key: 'bike_model', value: 'Canyon Ultimate' },
      { key: 'frame_size', value: 56 },
      { key: 'fit_measurements', value: { saddle: '742', reach: '391' } },
    ],
    appointments: [
      appointment('Bike fitting', at(-7, 17), 90, { calendarId: 'Bike fitting', appointmentStatus: 'noshow' }),
      appointment('Bike fitting, second try', at(3, 17), 90, {
        calendarId: 'Bike fitting',
        assignedUserId: 'Sofia Reyes',
      }),
    ],
  },
  'Hannah Kessler': { businessId: 'Lakeside Cycling Club' },
  'Grace Okafor': { businessId: 'North Shore Medical Group', tasks: [task('Offer a loan bike', at(0, 21))] },
  'Daniel Stern': { businessId: 'North Shore Medical Group', dnd: true },
});

/** Longer than an answer may show. */
function serviceLog(): string {
  const work = ['chain and cassette', 'brake pads front and rear', 'wheel trued', 'headset regreased', 'new tyres'];
  const line = (bike: number) =>
    `<p>Bike ${bike}: ${work[bike % 5]}, then ${work[(bike + 2) % 5]}; rider reports it runs well, next look in ` +
    `${4 + (bike % 3)} weeks. Lock, lights and bell checked. Invoice goes to the fleet account.</p>`;
  return Array.from({ length: 36 }, (_, at) => line(at + 1)).join('\n');
}
