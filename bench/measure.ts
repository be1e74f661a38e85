/** How things are compared: interleaved rounds, and medians of what was compared within a round. */
import type { TargetId } from './targets.ts';

/** What a group found: values of targets, and a table that shows where they come from. */
export interface Findings {
  values: Partial<Record<TargetId, number>>;
  table: Table;
}

export interface Table {
  head: string[];
  rows: (string | number)[][];
}

/** Figures of one subject, one for each round. */
export type Rounds<Figure extends string> = Record<string, Record<Figure, number[]>>;

/** Runs every subject once a round, in turns that begin with another one each time. */
export async function rounds<Subject extends { name: string }, Figure extends string>(
  count: number,
  subjects: readonly Subject[],
  run: (subject: Subject) => Promise<Record<Figure, number>>,
): Promise<Rounds<Figure>> {
  const all: Rounds<Figure> = {};
  for (let round = 0; round < count; round += 1) {
    const turn = round % subjects.length;
    for (const subject of [...subjects.slice(turn), ...subjects.slice(0, turn)]) {
      const figures = await run(subject);
      all[subject.name] ??= {} as Record<Figure, number[]>;
      const own = all[subject.name] as Record<Figure, number[]>;
      for (const figure of Object.keys(figures) as Figure[]) {
        own[figure] ??= [];
        own[figure][round] = figures[figure];
      }
    }
    process.stderr.write('.');
  }
  process.stderr.write('\n');
  return all;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * part;
  const below = sorted[Math.floor(place)] as number;
  return below + ((sorted[Math.ceil(place)] as number) - below) * (place % 1);
}

/** The median over the rounds of what `ours` is of `theirs` in the same round. */
export function ratio(ours: readonly number[], theirs: readonly number[]): number {
  return median(ours.map((value, round) => value / (theirs[round] as number)));
}

/** The median over the rounds of what `ours` is more than `theirs` in the same round. */
export function excess(ours: readonly number[], theirs: readonly number[]): number {
  return median(ours.map((value, round) => value - (theirs[round] as number)));
}

/** With as many digits as mean something. */
export function shown(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toPrecision(Math.abs(value) >= 1 ? 3 : 2);
}
