/** Why something is not undone, as the end of a sentence. */
export const FILLED_IN = 'HighLevel filled it in, and it could not be emptied';
export const GONE = 'it does not exist any more';
export const GONE_WITH_CONTACT = 'its contact does not exist any more';
export const NOT_ENROLLED =
  'a contact is not enrolled again: that would start from the first step and may message the person';
export const NOT_READ = 'what it was before could not be read';
export const NOT_STORED = 'HighLevel did not store it';
export const NO_VALUES = 'the journal has no values of it (GHL_JOURNAL_VALUES=off)';
