import { type Json, listIn, textIn } from '../../../lib/json.ts';
import type { Question, QuestionName } from '../../core/confirmation.ts';
import type { ToolContext } from '../../core/context.ts';
import { nameContacts, summarizeContact } from './contact-summary.ts';
import { quoteName } from './shown-values.ts';
import { countOf, listQuoted } from './wording.ts';

/** Ends the question about a write that automations may react to. */
export const AUTOMATIONS = 'Automations that this starts, and messages that they send, cannot be recalled.';

type Ask = (args: Json, context: ToolContext) => Promise<Omit<Question, 'preview'>>;

const deleteContact: Ask = async ({ contactId }, context) => {
  const { label, records, content } = await summarizeContact(String(contactId), context);
  return { text: `Delete the contact ${label}? ${records} ${whatIsLost(context)}`, content };
};

function whatIsLost({ journal }: ToolContext): string {
  if (journal?.hasValues)
    return 'Undoing creates it again under another id; the appointments, conversations, workflow history and date added stay lost.';
  return `It cannot be undone: the journal ${journal ? 'has no values' : 'is switched off'}.`;
}

const endCampaigns: Ask = async ({ contactId }, context) => {
  const names = await nameContacts([contactId], context);
  const text = `Take the contact ${names} (id ${contactId}) out of every campaign? It cannot be undone: HighLevel does not show which campaigns those are.`;
  return { text, content: { names } };
};

const changeTags: Ask = async (args, context) => {
  const contacts = listIn(args, 'contacts');
  const who = `${countOf(contacts.length, 'contact')} (${await nameContacts(contacts, context)})`;
  const tags = `the tags ${listQuoted(listIn(args, 'tags'))}`;
  const change =
    args.type === 'add' ? `Add ${tags} to` : `Remove ${args.removeAllTags === true ? 'every tag' : tags} from`;
  return { text: `${change} ${who}? ${AUTOMATIONS}`, content: {} };
};

const changeBusiness: Ask = async (args, context) => {
  const [ids, businessId] = [listIn(args, 'ids'), textIn(args, 'businessId')];
  const who = `${countOf(ids.length, 'contact')} (${await nameContacts(ids, context)})`;
  if (businessId === undefined) return { text: `Unlink ${who} from their businesses?`, content: {} };
  const business = await quoteName('businesses', businessId, context);
  return { text: `Link ${who} to the business ${business}?`, content: {} };
};

const QUESTIONS: Readonly<Record<QuestionName, Ask>> = { deleteContact, endCampaigns, changeTags, changeBusiness };

/** What the owner is asked before a write of an endpoint. @throws ApiError if there is no such contact */
export async function questionOf(name: QuestionName, args: Json, context: ToolContext): Promise<Question> {
  const { text, content } = await QUESTIONS[name](args, context);
  // The handle is bound to the arguments as they were given: a name in them may mean another record by now.
  return { text, preview: { question: text }, content: { ...content, args } };
}
