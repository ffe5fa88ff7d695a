import type { SandboxData } from '../data.ts';

/** Spoke & Gear, a bicycle workshop in Chicago, without its customers. */
export const WORKSHOP: Omit<SandboxData, 'contacts'> = {
  location: {
    name: 'Spoke & Gear Bicycle Workshop',
    address: '1846 N Milwaukee Ave',
    city: 'Chicago',
    state: 'IL',
    country: 'US',
    postalCode: '60647',
    website: 'https://spokeandgear.example',
    timezone: 'America/Chicago',
    email: 'hello@spokeandgear.example',
    phone: '+13125550199',
  },
  users: [
    { name: 'Dana Whitfield', email: 'dana@spokeandgear.example', phone: '+13125550191', role: 'admin' },
    { name: 'Theo Brandt', email: 'theo@spokeandgear.example', phone: '+13125550192', role: 'user' },
    { name: 'Priya Nair', email: 'priya@spokeandgear.example', phone: '+13125550193', role: 'user' },
    { name: 'Marcus Hill', email: 'marcus@spokeandgear.example', role: 'user' },
    { name: 'Sofia Reyes', email: 'sofia@spokeandgear.example', role: 'user' },
  ],
  businesses: [
    {
      name: 'Acme Couriers',
      phone: '+13125550160',
      email: 'office@acmecouriers.example',
      website: 'https://acmecouriers.example',
      address: '900 S Canal St',
      city: 'Chicago',
      state: 'IL',
      country: 'US',
      postalCode: '60607',
      description: 'Bicycle messengers, 24 bikes on a service contract',
    },
    {
      name: 'Lakeside Cycling Club',
      email: 'info@lakesidecycling.example',
      city: 'Chicago',
      state: 'IL',
      country: 'US',
    },
    { name: 'North Shore Medical Group', phone: '+18475550161', city: 'Evanston', state: 'IL', country: 'US' },
  ],
  calendars: [
    { name: 'Workshop', description: 'Repairs and inspections', slotDuration: 60 },
    { name: 'Bike fitting', description: 'Ninety minutes with Sofia', slotDuration: 90 },
    { name: 'Test rides', description: 'E-bikes and cargo bikes', slotDuration: 30 },
  ],
  workflows: [
    { name: 'Repair ready: text the customer', status: 'published' },
    { name: 'Yearly inspection reminder', status: 'published' },
    { name: 'Winter storage offer', status: 'draft' },
  ],
  campaigns: [
    { name: 'Spring tune-up', status: 'published' },
    { name: 'Cargo bike test month', status: 'published' },
  ],
  // The list of tags has them as they were typed, with duplicates that differ in case only.
  tags: ['VIP', 'vip', 'Fleet', 'Club', 'E-Bike', 'commuter', 'cargo', 'road', 'gravel', 'mountain', 'winter storage'],
  customFields: [
    { name: 'Bike model', dataType: 'TEXT' },
    { name: 'Service history', dataType: 'LARGE_TEXT' },
    { name: 'Frame size', dataType: 'NUMERICAL' },
    { name: 'Emergency phone', dataType: 'PHONE' },
    { name: 'Lifetime spend', dataType: 'MONETORY' },
    { name: 'Mailings', dataType: 'CHECKBOX', picklistOptions: ['Workshop news', 'Ride invitations'] },
    { name: 'Preferred contact', dataType: 'SINGLE_OPTIONS', picklistOptions: ['Phone', 'Text', 'Email'] },
    {
      name: 'Interests',
      dataType: 'MULTIPLE_OPTIONS',
      picklistOptions: ['Road', 'Gravel', 'Mountain', 'Cargo', 'E-bike'],
    },
    { name: 'Membership', dataType: 'RADIO', picklistOptions: ['None', 'Basic', 'Plus'] },
    { name: 'Last service', dataType: 'DATE' },
    {
      name: 'Fit measurements',
      dataType: 'TEXTBOX_LIST',
      textBoxListOptions: [
        { id: 'saddle', label: 'Saddle height (mm)' },
        { id: 'reach', label: 'Reach (mm)' },
      ],
    },
    { name: 'Bike photo', dataType: 'FILE_UPLOAD' },
    { name: 'Billing email', dataType: 'EMAIL' },
  ],
};

/** The other locations of the workshop's agency. */
export const AGENCY_DATA: readonly SandboxData[] = [
  {
    location: {
      name: 'Lakefront Kayak Rental',
      address: '600 E Grand Ave',
      city: 'Chicago',
      state: 'IL',
      country: 'US',
      postalCode: '60611',
      timezone: 'America/Chicago',
    },
    contacts: [
      { firstName: 'Milo', lastName: 'Hart', email: 'milo.hart@lakefrontkayak.example', phone: '+13125550181' },
      { firstName: 'Greta', lastName: 'Lund', email: 'greta.lund@lakefrontkayak.example', tags: ['season pass'] },
    ],
  },
  {
    location: {
      name: 'Mile High Ski Tuning',
      address: '1515 Wynkoop St',
      city: 'Denver',
      state: 'CO',
      country: 'US',
      postalCode: '80202',
      timezone: 'America/Denver',
    },
    contacts: [
      { firstName: 'Iris', lastName: 'Vance', email: 'iris.vance@milehighski.example', phone: '+13035550182' },
      { firstName: 'Otto', lastName: 'Brandvold', email: 'otto.brandvold@milehighski.example', tags: ['race team'] },
    ],
  },
];

/** A location that the sandbox's own token cannot access. */
export const FOREIGN_DATA: SandboxData = {
  location: { name: 'Harbor Dental Studio', timezone: 'America/New_York', country: 'US' },
  contacts: [{ firstName: 'Nora', lastName: 'Quist', email: 'nora.quist@harbordental.example', phone: '+12125550170' }],
};
