export { parseData } from './data.ts';
export { FACTS, type Fact, isOpen } from './facts/index.ts';
export { parseFaults } from './faults/faults.ts';
export * from './public.ts';
