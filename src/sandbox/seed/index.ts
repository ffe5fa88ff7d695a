import type { ContactData, SandboxData } from '../data.ts';
import { DAY, HOUR, iso } from '../dates.ts';
import { createRandom } from '../ids.ts';
import { customerDetails } from './customer-details.ts';
import { type Customer, readCustomers } from './customers.ts';
import { WORKSHOP } from './workshop.ts';

export { AGENCY_DATA, FOREIGN_DATA } from './workshop.ts';

/** The demonstration business. Names and stories are fixed; the seed decides when each customer came and from where. */
export function seedData(seed: number, today: number): SandboxData {
  const random = createRandom(seed, 'seed');
  const stories = customerDetails((days, hours = 15) => today + days * DAY + hours * HOUR);
  const contacts = readCustomers().map((person): ContactData => {
    const story = stories[person.name];
    // Who has a story has been a customer for longer than the story goes back.
    const added = today - Math.round(((story ? 60 : 1) + random() * 640) * DAY);
    const since = () => iso(added + Math.round(random() * (today - added)));
    return {
      ...toContactData(person),
      dateAdded: iso(added),
      ...(random() < 0.5 && { dateUpdated: since() }),
      ...(random() < 0.4 && { lastActivity: since() }),
      ...(random() < 0.6 && { attribution: attribution(person, random) }),
      ...story,
    };
  });
  return { ...structuredClone(WORKSHOP), contacts };
}

function toContactData({
  name,
  email,
  phone,
  company,
  owner,
  tags,
  street,
  postalCode,
  source,
}: Customer): ContactData {
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

/** Mostly nulls, as upstream; `msclikid` is spelt that way there. */
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
