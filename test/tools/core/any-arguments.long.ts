import './any-arguments.test.ts';
