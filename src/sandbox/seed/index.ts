import type { SandboxData } from '../data.ts';
export const FOREIGN_DATA: SandboxData = {
  location: { name: 'Harbor Dental Studio' },
  contacts: [{ firstName: 'Nora', lastName: 'Quist', email: 'nora@harbordental.example' }],
};
export const seedData = (_seed: number, _today: number): SandboxData => ({
  contacts: [{ firstName: 'Maria', lastName: 'Lopez', email: 'maria.lopez@example.com', tags: ['VIP'] }],
});
