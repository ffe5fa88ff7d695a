/** One line of the report. A failure says how to fix it; `bad` means that the server would not work. */
export interface Finding {
  readonly what: string;
  readonly state: 'ok' | 'note' | 'bad';
  readonly message: string;
}
