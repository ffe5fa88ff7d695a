import { openSandbox } from './api.ts';

/** Three contacts that differ in every field the search tests use. */
const CONTACTS = {
  customFields: [
    { id: 'size', name: 'Size', dataType: 'NUMERICAL' },
    { id: 'bike', name: 'Bike', dataType: 'TEXT' },
  ],
  businesses: [{ name: 'Harbour Couriers' }],
  contacts: [
    {
      firstName: 'Ann',
      lastName: 'Lee',
      email: 'ann@x.example',
      phone: '+13125550201',
      city: 'Chicago',
      address1: '1 Main St',
      companyName: 'Acme Tools',
      tags: ['vip', 'new'],
      dateAdded: '2026-01-10T00:00:00Z',
      customFields: [
        { id: 'size', value: 52 },
        { id: 'bike', value: 'Brompton' },
      ],
    },
    {
      firstName: 'Ben',
      lastName: 'Lee',
      email: 'ben@x.example',
      city: 'Boston',
      companyName: 'Acme Foods',
      businessId: 'Harbour Couriers',
      dateUpdated: '2026-04-01T08:30:00Z',
      tags: ['vip'],
      dnd: true,
      dateAdded: '2026-02-10T00:00:00Z',
      customFields: [{ id: 'size', value: 58 }],
    },
    { firstName: 'Cleo', phone: '+13125550203', dateAdded: '2026-03-10T00:00:00Z', additionalEmails: ['c2@x.example'] },
  ],
};

/** A sandbox with these contacts only. */
export const openSearch = (options = {}) => openSandbox({ data: CONTACTS, ...options });

/** One search filter. */
export const where = (field: string, operator: string, value?: unknown) => ({
  field,
  operator,
  ...(value !== undefined && { value }),
});
