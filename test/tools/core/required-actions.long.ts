import './required-actions.test.ts';
