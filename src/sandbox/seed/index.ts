import type { ContactData, SandboxData } from '../data.ts';
import { DAY, HOUR, iso } from '../dates.ts';
import { createRandom } from '../ids.ts';
import { courierCustomers, memberCustomers } from './business-customers.ts';
import { type Customer, readCustomers } from './customers.ts';
import type { At, CustomerDetails } from './details.ts';
import { frequentCustomer, occasionalCustomers, regularCustomers } from './private-customers.ts';
import { WORKSHOP } from './workshop.ts';

export { AGENCY_DATA, FOREIGN_DATA } from './workshop.ts';

/** The demonstration business. Names and details are fixed; dates and attribution of the contacts depend on the seed. */
export function seedData(seed: number, today: number): SandboxData {
  const random = createRandom(seed, 'seed');
  const at: At = (days, hours = 15) => today + days * DAY + hours * HOUR;
  const groups = [courierCustomers, memberCustomers, frequentCustomer, regularCustomers, occasionalCustomers];
  const details: CustomerDetails = Object.assign({}, ...groups.map((group) => group(at)));
  const contacts = readCustomers().map((customer): ContactData => {
    const detail = details[customer.name];
    // Details go back 40 days at most; such a contact must be older.
    const added = today - Math.round(((detail ? 60 : 1) + random() * 640) * DAY);
    const since = () => iso(added + Math.round(random() * (today - added)));
    return {
      ...toContactData(customer),
      dateAdded: iso(added),
      ...(random() < 0.5 && { dateUpdated: since() }),
      ...(random() < 0.4 && { lastActivity: since() }),
      ...(random() < 0.6 && { attribution: attribution(customer, random) }),
      ...detail,
    };
  });
  return { ...structuredClone(WORKSHOP), contacts };
}

function toContactData(customer: Customer): ContactData {
  const { name, email, phone, company, owner, tags, street, postalCode, source } = customer;
  const [firstName = name, ...rest] = name.split(' ');
  const address = street && { address1: street, city: 'Chicago', state: 'IL', timezone: 'America/Chicago' };
  return {
    firstName,
    lastName: rest.join(' '),
    tags: tags?.split(', ') ?? [],
    ...(email && { email }),
    ...(phone && { phone }),
    ...(company && { companyName: company }),
    ...(owner && { assignedTo: owner }),
    ...address,
    ...(postalCode && { postalCode }),
    ...(source && { source }),
  };
}

/** Mostly nulls, as in HighLevel, which also misspells `msclikid`. */
function attribution({ source = '' }: Customer, random: () => number): Record<string, string | null> {
  const searched = random() < 0.5;
  return {
    url: 'https://spokeandgear.example/contact',
    campaign: null,
    utmSource: searched ? 'google' : null,
    utmMedium: searched ? 'cpc' : null,
    utmContent: null,
    referrer: searched ? 'https://www.google.com/' : null,
    campaignId: null,
    fbclid: null,
    gclid: null,
    msclikid: null,
    dclid: null,
    fbc: null,
    fbp: `fb.1.${Math.floor(random() * 1e13)}.${Math.floor(random() * 1e9)}`,
    fbEventId: null,
    userAgent:
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Safari/605.1.15',
    ip: '203.0.113.24',
    medium: source === 'website form' ? 'form' : 'manual',
    mediumId: null,
    sessionSource: searched ? 'Paid Search' : 'CRM UI',
  };
}
