/** The agenda against a list that is sorted anew each time. */
import assert from 'node:assert/strict';
import { Agenda } from '../../dist/src/store/agenda.js';
import { numbers } from './numbers.ts';

interface Thing {
  name: number;
}

/** The same, without cleverness. */
class Model {
  items: { thing: Thing; at: number; order: number }[] = [];
  #order = 0;
  put(thing: Thing, at: number) {
    if (this.items.some((item) => item.thing === thing && item.at === at)) return;
    this.drop(thing);
    this.items.push({ thing, at, order: this.#order++ });
    this.items.sort((a, b) => a.at - b.at || a.order - b.order);
  }
  drop(thing: Thing) {
    this.items = this.items.filter((item) => item.thing !== thing);
  }
  next = () => this.items[0]?.at ?? null;
  takeDue(now: number) {
    const [first] = this.items;
    return first && first.at <= now ? this.items.shift()?.thing : undefined;
  }
}

describe('the agenda', () => {
  for (const seed of [1, 2, 3]) {
    it(`does what a sorted list does, in 4000 random steps (seed ${seed})`, () => {
      const draw = numbers(seed);
      const things = Array.from({ length: 60 }, (_, name): Thing => ({ name }));
      const [agenda, model] = [new Agenda<Thing>(), new Model()];
      const some = () => things[draw(things.length)] as Thing;
      for (let step = 0; step < 4000; step += 1) {
        const [kind, thing, time] = [draw(10), some(), draw(50)];
        if (kind < 6) for (const one of [agenda, model]) one.put(thing, time);
        else if (kind < 7) for (const one of [agenda, model]) one.drop(thing);
        else assert.equal(agenda.takeDue(time), model.takeDue(time), `step ${step}`);
        assert.equal(agenda.next(), model.next(), `step ${step}`);
      }
      for (let left = model.takeDue(99); left; left = model.takeDue(99)) assert.equal(agenda.takeDue(99), left);
      assert.equal(agenda.next(), null);
    });
  }

  it('knows a time that never comes', () => {
    const agenda = new Agenda<Thing>();
    agenda.put({ name: 1 }, Number.POSITIVE_INFINITY);
    assert.equal(agenda.next(), Number.POSITIVE_INFINITY);
    assert.equal(agenda.takeDue(Number.MAX_VALUE), undefined);
  });
});
