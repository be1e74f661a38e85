/** Finding messages again: sms.search, sms.get_list, and the export job with its CSV. */
import assert from 'node:assert/strict';
import type { CallrClient, Results, Sms } from './callr-support.ts';
import { client, hooks } from './callr-support.ts';
import { next, sandboxes } from './support.ts';

const PHONE = (index: number): string => `+3361234010${index}`;

describe('sandbox: CALLR search', () => {
  const { start } = sandboxes('callr');
  let now = 0;
  beforeEach(() => {
    now = Date.UTC(2026, 4, 4, 12, 0, 0);
  });

  /** An account that sent `text 0` … `text 4` at noon and each minute after, and got an answer at 12:10. */
  async function filled(options = {}): Promise<CallrClient> {
    const sandbox = await start({ now: () => now, ...options });
    const self = client(sandbox);
    for (let index = 0; index < 5; index++) {
      await self.send(PHONE(index), { from: '', body: `Text ${index}`, options: { user_data: `ref-${index}` } });
      now += 60_000;
    }
    now += 5 * 60_000;
    sandbox.receive({ from: PHONE(0), text: 'An answer' });
    return self;
  }

  async function texts(self: CallrClient, filters: object, options: object = {}): Promise<string[]> {
    const { hits } = await self.ask<Results>('sms.search', filters, options);
    return hits.map(({ text }) => text);
  }

  it('callr.sms.search: gives the newest first, a page at a time', async () => {
    const self = await filled();
    const { offset, total, hits, hasMore } = await self.ask<Results>('sms.search', {}, { limit: 2 });
    assert.deepEqual([offset, total, hasMore], [0, 6, true]);
    assert.deepEqual(
      hits.map(({ type, text }) => `${type} ${text}`),
      ['IN An answer', 'OUT Text 4'],
    );
    assert.deepEqual(await texts(self, {}, { offset: 4, limit: 100 }), ['Text 1', 'Text 0']);
    const last = await self.ask<Results>('sms.search', [], { offset: 5 });
    assert.deepEqual([last.hits.length, last.hasMore], [1, false]);
    assert.deepEqual(await texts(self, {}, { offset: 99 }), []);
  });

  it('callr.sms.search: sorts either way, by other fields too', async () => {
    const self = await filled();
    assert.deepEqual(await texts(self, { type: 'OUT' }, { order: 'asc', limit: 2 }), ['Text 0', 'Text 1']);
    assert.deepEqual(await texts(self, { type: 'OUT' }, { sort: 'to', limit: 1 }), ['Text 4']);
    assert.deepEqual(await texts(self, { type: 'OUT' }, { sort: 'from', order: 'asc', limit: 2 }), [
      'Text 0',
      'Text 1',
    ]);
  });

  it('callr.sms.search: filters by every field', async () => {
    const self = await filled({ pace: { network: 60_000 } });
    const [first] = (await self.ask<Results>('sms.search', { to: PHONE(0) }, {})).hits;
    const filters: [object, string[]][] = [
      [{ type: 'IN' }, ['An answer']],
      [{ hash: first?.hash }, ['Text 0']],
      [{ from: PHONE(0) }, ['An answer']],
      [{ to: PHONE(3) }, ['Text 3']],
      [{ text: 'TEXT', date_to: '2026-05-04 12:00:59' }, ['Text 0']],
      [{ user_data: 'ref-2' }, ['Text 2']],
      [{ status: 'RECEIVED' }, ['An answer']],
      [{ status: ['CREATED', 'RECEIVED'], to: PHONE(1) }, ['Text 1']],
      [{ date_from: '2026-05-04 12:03:00', type: 'OUT' }, ['Text 4', 'Text 3']],
      [{ date_from: '2026-05-04 12:01:00', date_to: '2026-05-04 12:02:00' }, ['Text 2', 'Text 1']],
      [{ nature: 'ALERTING' }, []],
      [{ type: null, to: PHONE(4) }, ['Text 4']],
    ];
    for (const [given, expected] of filters)
      assert.deepEqual(await texts(self, given), expected, JSON.stringify(given));
  });

  it('callr.sms.search: refuses what is no filter or option', async () => {
    const { fault } = client(await start());
    const value = (name: string): [number, string] => [151, `PROPERTY_VALUE_ERROR [${name}]`];
    const type = (name: string): [number, string] => [151, `PROPERTY_TYPE_ERROR [${name}]`];
    const cases: [unknown, unknown, [number, string]][] = [
      [null, {}, type('filters')],
      [{}, null, type('options')],
      [{ type: 'BOTH' }, {}, value('type')],
      [{ to: 33 }, {}, type('to')],
      [{ status: [1] }, {}, type('status')],
      [{ date_from: '2026-05-04' }, {}, value('date_from')],
      [{ date_from: '2026-02-31 00:00:00' }, {}, value('date_from')],
      [{ date_from: '2026-05-04 00:00:01', date_to: '2026-05-04 00:00:00' }, {}, [151, 'TO_BEFORE_FROM']],
      [{}, { limit: 0 }, value('limit')],
      [{}, { limit: 101 }, value('limit')],
      [{}, { limit: '10' }, type('limit')],
      [{}, { offset: -1 }, value('offset')],
      [{}, { order: 'up' }, value('order')],
      [{}, { sort: 'colour' }, value('sort')],
    ];
    for (const [filters, options, expected] of cases) {
      assert.deepEqual(await fault('sms.search', filters, options), expected, JSON.stringify([filters, options]));
    }
    const strict = client(await start({ assumptions: { unknownFieldsRefused: true } }));
    assert.deepEqual(await strict.fault('sms.search', { phone: 'x' }, {}), value('filters.phone'));
    assert.deepEqual(await strict.fault('sms.search', {}, { page: 1 }), value('options.page'));
  });

  it('callr.sms.search: goes back six months, sms.get_list does not end there', async () => {
    const self = await filled();
    now += 185 * 24 * 3600 * 1000;
    assert.deepEqual(await texts(self, {}), []);
    const list = await self.ask<Sms[]>('sms.get_list', 'OUT', '2026-05-04 00:00:00', '2026-05-05 00:00:00');
    assert.equal(list.length, 5);
  });

  it('callr.sms.search: shows a new message after the lag', async () => {
    const sandbox = await start({ now: () => now, logsLag: 5000 });
    const self = client(sandbox);
    const id = await self.send(PHONE(0));
    assert.deepEqual(await texts(self, {}), []);
    assert.equal((await self.ask<Sms>('sms.get', id)).hash, id);
    now += 5000;
    assert.equal((await texts(self, {})).length, 1);
  });

  it('callr.sms.search: has its rows where it is told', async () => {
    for (const searchShape of ['results', 'list'] as const) {
      const self = await filled({ assumptions: { searchShape } });
      const found = await self.ask<Record<string, Sms[]>>('sms.search', {}, {});
      assert.equal(found[searchShape]?.length, 6);
    }
    const bare = await filled({ assumptions: { searchShape: 'array' } });
    assert.equal((await bare.ask<Sms[]>('sms.search', {}, { limit: 3 })).length, 3);
  });

  it("keeps one account's messages from another", async () => {
    const clients = ['one', 'two'].map((name) => ({ username: name, password: name }));
    await filled({ clients });
    const sandbox = await start({ clients });
    await client(sandbox).send(PHONE(0));
    const other = client(sandbox, { authorization: `Basic ${btoa('two:two')}` });
    assert.equal((await other.ask<Results>('sms.search', {}, {})).total, 0);
  });

  it('callr.sms.getList: lists one direction between two times, both included', async () => {
    const self = await filled();
    const list = (type: string, from: string, to: string): Promise<Sms[]> =>
      self.ask('sms.get_list', type, `2026-05-04 ${from}`, `2026-05-04 ${to}`);
    const out = await list('OUT', '12:01:00', '12:03:00');
    assert.deepEqual(
      out.map(({ text }) => text),
      ['Text 1', 'Text 2', 'Text 3'],
    );
    const [sms, more] = await list('IN', '00:00:00', '23:59:59');
    assert.equal(more, undefined);
    const { type, from, to, status, date_received, date_sent } = sms ?? ({} as Sms);
    assert.deepEqual(
      [type, from, to, status, date_received, date_sent],
      ['IN', PHONE(0), '38011', 'RECEIVED', '2026-05-04 12:10:00', '0000-00-00 00:00:00'],
    );
    assert.equal((await self.ask<Sms>('sms.get', sms?.hash)).text, 'An answer');
  });

  it('callr.sms.getList: refuses another type, another format, and an end before its beginning', async () => {
    const { fault } = client(await start());
    const [early, late] = ['2026-05-04 12:00:00', '2026-05-04 12:00:01'];
    const cases: [unknown[], string][] = [
      [['in', early, late], 'PROPERTY_VALUE_ERROR [type]'],
      [[null, early, late], 'PROPERTY_TYPE_ERROR [type]'],
      [['IN', '2026-05-04T12:00:00Z', late], 'PROPERTY_VALUE_ERROR [from]'],
      [['IN', early, '2026-13-04 12:00:00'], 'PROPERTY_VALUE_ERROR [to]'],
      [['IN', late, early], 'TO_BEFORE_FROM'],
    ];
    for (const [params, message] of cases) assert.deepEqual(await fault('sms.get_list', ...params), [151, message]);
  });
});

describe('sandbox: CALLR export', () => {
  const { start } = sandboxes('callr');
  const { open } = hooks();

  interface Job {
    id: string;
    type: string;
    status: string;
    result: { url: string } | null;
  }

  it('callr.sms.exportAsync, callr.webhook.jobStatus: makes a CSV and says where it is', async () => {
    const sandbox = await start();
    const self = client(sandbox);
    const hook = await open();
    await self.send('+33612340100', { body: 'one, "two"\nthree' });
    await self.send('+33612340101', { body: 'another' });
    const id = await self.ask<string>('sms.export_async', { to: '+33612340100' }, { endpoint: hook.url });
    assert.match(id, /^[a-z0-9]{16}$/);
    const [running, done] = await hook.until(2);
    assert.deepEqual([running?.event.type, running?.event.hook_hash], ['job.status_update', null]);
    assert.equal(running?.event.data.status, 'RUNNING');
    const job = done?.event.data as unknown as Job;
    assert.deepEqual([job.id, job.status], [id, 'DONE']);
    assert.deepEqual(await self.ask('jobs.get', id), job);
    const answer = await fetch(job.result?.url ?? '');
    assert.equal(answer.headers.get('content-type'), 'text/csv; charset=utf-8');
    const [header = '', ...lines] = (await answer.text()).split('\r\n');
    assert.match(header, /^hash,type,from,to,text,encoding,parts,/);
    assert.match(lines[0] ?? '', /^[A-Z0-9]{8},OUT,SMS,\+33612340100,"one, ""two""\nthree",GSM,1,/);
    assert.deepEqual([lines.length, lines[1]], [2, '']);
  });

  it('callr.sms.exportAsync: exports everything for null, and tells the subscribed webhook', async () => {
    const sandbox = await start();
    const self = client(sandbox);
    const hook = await open();
    const { hash } = await self.ask<{ hash: string }>('webhooks.subscribe', 'job.status_update', hook.url, null);
    for (const index of [0, 1, 2]) await self.send(PHONE(index));
    await self.ask('sms.export_async', null, null);
    const { event } = await hook.last(2);
    assert.equal(event.hook_hash, hash);
    const url = (event.data as unknown as Job).result?.url ?? '';
    assert.equal((await (await fetch(url)).text()).trim().split('\r\n').length, 4);
  });

  it('callr.jobs.get: a job can be cancelled until it is over, and can fail', async () => {
    const waiting = client(await start({ pace: 100 }));
    const id = await waiting.ask<string>('sms.export_async', null, null);
    assert.deepEqual(await waiting.ask('jobs.get', id), { id, type: 'sms.export', status: 'PENDING', result: null });
    assert.equal(await waiting.ask('jobs.cancel', id), true);
    assert.equal(await waiting.ask('jobs.cancel', id), false);
    const { status, result } = await waiting.ask<Job>('jobs.get', id);
    assert.deepEqual([status, result], ['CANCELLED', null]);
    const self = client(await start());
    const hook = await open();
    const failed = await self.ask<string>('sms.export_async', { to: '+33612340002' }, { endpoint: hook.url });
    await hook.until(2);
    assert.equal((await self.ask<Job>('jobs.get', failed)).status, 'ERROR');
    assert.equal(await self.ask('jobs.cancel', failed), false);
    assert.deepEqual(await self.fault('jobs.get', 'nothing'), [151, 'PROPERTY_VALUE_ERROR [id]']);
  });

  it('callr.jobs.get: a job that is cancelled while it runs gives no file', async () => {
    const sandbox = await start({ pace: { network: 1, outcome: 40 } });
    const self = client(sandbox);
    const hook = await open();
    const id = await self.ask<string>('sms.export_async', null, { endpoint: hook.url });
    await hook.until(1);
    assert.equal(await self.ask('jobs.cancel', id), true);
    await self.ask('sms.export_async', null, { endpoint: hook.url });
    await hook.until(4);
    const { status, result } = await self.ask<Job>('jobs.get', id);
    assert.deepEqual([status, result], ['CANCELLED', null]);
    const words = hook.hits.map(({ event }) => event.data.status);
    assert.deepEqual(words, ['RUNNING', 'CANCELLED', 'RUNNING', 'DONE']);
  });

  it('callr.sms.exportAsync: gives the file to who logs in only, when told so', async () => {
    const clients = ['one', 'two'].map((name) => ({ username: name, password: name }));
    const sandbox = await start({ clients, assumptions: { exportNeedsLogin: true } });
    const hook = await open();
    await client(sandbox).ask('sms.export_async', null, { endpoint: hook.url });
    const url = ((await hook.last(2)).event.data as unknown as Job).result?.url ?? '';
    const status = async (authorization: string): Promise<number> =>
      (await fetch(url, { headers: { authorization } })).status;
    assert.deepEqual(
      [await status(''), await status(`Basic ${btoa('two:two')}`), await status(`Basic ${btoa('one:one')}`)],
      [401, 403, 200],
    );
    assert.equal((await fetch(url, { method: 'PUT' })).status, 405);
    assert.equal((await fetch(url.replace('.csv', 'x.csv'))).status, 404);
  });

  it('callr.sms.exportAsync: refuses filters and webhooks that are none', async () => {
    const { fault } = client(await start());
    assert.deepEqual(await fault('sms.export_async', 'all', null), [151, 'PROPERTY_TYPE_ERROR [filters]']);
    assert.deepEqual(await fault('sms.export_async', null, { options: null }), [150, 'PROPERTY_MISSING [endpoint]']);
  });

  it('ends with the sandbox while a job runs', async () => {
    const sandbox = await start({ pace: 1 });
    await client(sandbox).ask('sms.export_async', null, null);
    const inbound = next(sandbox, 'inbound');
    sandbox.receive({ from: PHONE(0), to: '36077', text: 'x' });
    await inbound;
    await sandbox.close();
  });
});
