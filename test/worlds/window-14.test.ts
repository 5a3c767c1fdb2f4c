import { testWorlds } from './worlds.ts';

testWorlds(14);
