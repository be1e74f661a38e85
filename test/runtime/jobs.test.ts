/** The messages that sms-send is at: here, or in the store, also after a restart. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type { Node, NodeAPI } from 'node-red';
import sinon from 'sinon';
import type { Job } from '../../dist/src/runtime/job.js';
import { contextOf } from '../../dist/src/runtime/job.js';
import { Jobs, KeptJobs } from '../../dist/src/runtime/jobs.js';
import { toStored } from '../../dist/src/runtime/storable.js';
import { type MarkStore, memoryStore } from '../../dist/src/store/index.js';

const { util } = createRequire(import.meta.url)('node-red') as NodeAPI;
const RED = { util } as NodeAPI;
const LATER = () => Date.now() + 60_000;

describe('the jobs of sms-send', () => {
  let marks: MarkStore;
  let close: () => void;
  let completed: { message: Record<string, unknown>; error: Error | undefined }[];

  beforeEach(() => {
    marks = memoryStore().marks;
    completed = [];
  });

  afterEach(() => close());

  /** The node of one life of the process, or of one deploy. */
  const begin = (kept = new KeptJobs(), more: object = {}) => {
    const closing: (() => void)[] = [];
    const node = {
      id: 'send',
      on: (event: string, work: () => void) => event === 'close' && closing.push(work),
      send: () => undefined,
      error: () => undefined,
      _complete: (message: Record<string, unknown>, error?: Error) => completed.push({ message, error }),
      ...more,
    };
    close = () => {
      for (const work of closing) work();
    };
    return new Jobs(RED, node as unknown as Node, kept);
  };
  const several = (jobs: Jobs, count: number, done: () => void = () => undefined) => {
    const to = Array.from({ length: count }, (_, i) => `+32${i}`);
    const message = { _msgid: 'm', to, kept: new Date(0) };
    return jobs.begin({ message, parts: { id: 'group', count }, path: 'to' }, { send: () => undefined, done });
  };
  const find = async (jobs: Jobs, job: Job, index: number, stores = () => [marks]) =>
    jobs.find(contextOf({ job: job.id, index }), stores);

  it('are the very messages while few wait, over a deploy too, and done once', () => {
    const kept = new KeptJobs();
    const done = sinon.spy();
    const jobs = begin(kept);
    const job = several(jobs, 2, done);
    jobs.keep(job);
    assert.equal(
      jobs.find({ job: job.id, index: 1 }, () => []),
      job,
    );
    jobs.settle(job, 0);
    jobs.settle(job, 0);
    assert.equal(done.callCount, 0);
    const after = begin(kept);
    assert.equal(
      after.find({ job: job.id, index: 1 }, () => []),
      job,
    );
    after.settle(job, 1);
    assert.deepEqual([completed.length, done.callCount], [1, 0], 'the node that is there speaks for the one before');
    assert.equal(kept.open, 0);
    assert.notEqual(
      after.find({ job: '', index: 1 }, () => []),
      job,
    );
  });

  it('are kept for some thousand recipients and no more', () => {
    const kept = new KeptJobs();
    const jobs = begin(kept);
    for (let i = 0; i < 10_000; i += 1) {
      jobs.keep(jobs.begin({ message: { _msgid: '' }, parts: null, path: null }, { send() {}, done() {} }));
    }
    assert.equal(kept.open, 5000);
  });

  it('come back out of the context, the store forgotten, for a single recipient', () => {
    const jobs = begin();
    const { stored: message } = toStored({ _msgid: 'm', topic: 't', when: new Date(5) } as never);
    const job = jobs.find({ job: 'x', index: 0, message }, () => []) as Job;
    assert.deepEqual(job.message, { _msgid: 'm', topic: 't', when: new Date(5) });
    jobs.settle(job, 0, new Error('no'));
    assert.deepEqual(
      completed.map(({ message: { topic }, error }) => [topic, error?.message]),
      [['t', 'no']],
    );
  });

  it('come back out of the store for several, and are done once, whoever was settled in which life', async () => {
    const count = 2500;
    const first = begin();
    const job = several(first, count);
    first.settle(job, 7);
    await first.write(job, marks, LATER());
    first.keep(job);
    for (const index of [0, 1, 1024, 2499]) first.settle(job, index);
    close();

    const second = begin();
    const found = await find(second, job, 3);
    assert.notEqual(found, job);
    assert.equal(found, await find(second, job, 4), 'read once');
    assert.deepEqual(found.message, { _msgid: 'm', to: job.message.to, kept: new Date(0) });
    assert.equal(found.open, count - 5);
    for (let index = 0; index < 2498; index += 1) second.settle(found, index);
    assert.equal(completed.length, 0);
    for (const index of [2498, 2498, 2499]) second.settle(found, index);
    assert.equal(completed.length, 1);
  });

  it('without a trace are told of all the same', async () => {
    const jobs = begin();
    const job = (await find(jobs, { id: 'gone' } as Job, 3)) as Job;
    assert.equal(job.parts, null);
    assert.deepEqual(Object.keys(job.message), ['_msgid']);
    jobs.settle(job, 3);
    assert.equal(completed.length, 1);
  });

  it('wait for a store that fails, and are left when the node ends before it is well', async () => {
    const jobs = begin();
    const job = several(jobs, 2);
    await jobs.write(job, marks, LATER());
    let works = false;
    const get: MarkStore['get'] = (scope, key) => (works ? marks.get(scope, key) : Promise.reject(new Error('down')));
    const failing = { ...marks, get } as MarkStore;
    const found = find(begin(), job, 0, () => [failing]);
    await new Promise((resolve) => setTimeout(resolve, 10));
    works = true;
    assert.equal((await found).open, 2);
    works = false;
    const left = assert.rejects(find(begin(), job, 0, () => [failing]));
    await new Promise((resolve) => setTimeout(resolve, 10));
    close();
    await left;
  });

  it('are told to a Catch node even where Node-RED has another way to complete them', () => {
    const error = sinon.spy();
    const jobs = begin(new KeptJobs(), { _complete: undefined, error });
    const { stored: message } = toStored({ _msgid: 'm' } as never);
    jobs.settle(jobs.find({ job: 'x', index: 0, message }, () => []) as Job, 0);
    assert.equal(error.callCount, 0);
    const failure = new Error('no');
    jobs.settle(jobs.find({ job: 'x', index: 0, message }, () => []) as Job, 0, failure);
    assert.deepEqual(error.args, [[failure, { _msgid: 'm' }]]);
  });
});
