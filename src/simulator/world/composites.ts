import { factsOf } from '../../../schemas/kinds.ts';
import {
  DAY_SECONDS,
  type JobDraw,
  type JobSheet,
  resourceTypes,
  type SheetWriter,
  type StepTimes,
} from './job-sheet.ts';
import { between, type Random, randomFrom, seedOf } from './random.ts';

/** Children of one parent, at the most. */
export const MAX_CHILDREN = 3;

/** Makes a share of a day's jobs parents. Their children begin soon after them, on the same day, and end before them. */
export function addComposites(writer: SheetWriter, draw: JobDraw): void {
  const { seed, region, kind, day, composites } = draw;
  if (composites === 0 || !factsOf(kind).jobList.hasParents) return;
  const random = randomFrom(seedOf(seed, 'composites', region, kind, day));
  const { sheet } = writer;
  for (let parent = 0, parents = sheet.size; parent < parents; parent++) {
    if (random() >= composites) continue;
    for (let children = between(random, 1, MAX_CHILDREN); children > 0; children--) {
      const owner = {
        account: sheet.account[parent]!,
        resourceType: (sheet.resourceType[parent]! + children) % resourceTypes.length,
        lifeCycle: sheet.lifeCycle[parent]!,
      };
      const times = childTimes(random, sheet, { parent, dayEnd: (day + 1) * DAY_SECONDS });
      writer.add(owner, sheet.count[parent]!, times);
      writer.adopt(parent);
    }
  }
}

function childTimes(
  random: Random,
  { times }: JobSheet,
  { parent, dayEnd }: { readonly parent: number; readonly dayEnd: number },
): StepTimes {
  const created = Math.min(times[0][parent]! + between(random, 5, 25), dayEnd - 1);
  const finished = between(random, created + 2, times[4][parent]!);
  const running = created + 1;
  return [created, created, running, Math.max(running, finished - 1), finished];
}
