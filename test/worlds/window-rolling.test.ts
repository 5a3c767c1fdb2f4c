import { testWorlds } from './worlds.ts';

testWorlds('rolling');
