import { REQUESTS, testFaults } from './faults.ts';

testFaults(Array.from({ length: REQUESTS }, (_, at) => at + 1));
