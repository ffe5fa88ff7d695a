/** One line of the report; a failing one says the mend. `bad` means that the server would not work. */
export interface Finding {
  readonly what: string;
  readonly state: 'ok' | 'note' | 'bad';
  readonly says: string;
}
