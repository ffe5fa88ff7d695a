import './format.test.ts';
