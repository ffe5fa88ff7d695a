import { test } from 'vitest';
import { expectNoLineLost } from './changes-world.ts';

test('30 consumers and programs are killed at random: no line is lost', () => expectNoLineLost(30));
