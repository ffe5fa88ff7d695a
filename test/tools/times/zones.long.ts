import './zones.test.ts';
