/** The message store of one sandbox: what was accepted, what phones wrote, and who wants to know. */
import { EventEmitter } from 'node:events';
import type { Status } from '../sms/types';
import type { Clock } from './clock';
import { safely } from './clock';
import type { Story } from './stories';
import type { InboundRecord, OutboundRecord, SandboxEvent, SandboxEvents } from './types';

export interface MessageStore {
  /** In the order of acceptance; live records, not to be changed from outside. */
  outbound: ReadonlyMap<string, OutboundRecord>;
  inbound: ReadonlyMap<string, InboundRecord>;
  add(draft: Omit<OutboundRecord, 'acceptedAt' | 'life'>): OutboundRecord;
  /** The message takes another status, and those who listen are told. */
  move(message: OutboundRecord, status: Status, providerStatus: string): void;
  receive(sms: Omit<InboundRecord, 'receivedAt' | 'readBy'>): InboundRecord;
  emit<E extends SandboxEvent>(event: E, record: SandboxEvents[E]): void;
  on<E extends SandboxEvent>(event: E, listener: (record: SandboxEvents[E]) => void): () => void;
}

/** @param keep how many of each kind are remembered */
export function createMessages(clock: Clock, keep: number): MessageStore {
  const outbound = new Map<string, OutboundRecord>();
  const inbound = new Map<string, InboundRecord>();
  const events = new EventEmitter().setMaxListeners(0);

  const store: MessageStore = {
    outbound,
    inbound,
    add(draft) {
      const at = clock.iso();
      const first = { status: draft.status, providerStatus: draft.providerStatus, at };
      const message = { ...draft, acceptedAt: at, life: [first] };
      remember(outbound, message, keep);
      store.emit('message', snapshot(message));
      return message;
    },
    move(message, status, providerStatus) {
      message.status = status;
      message.providerStatus = providerStatus;
      message.life.push({ status, providerStatus, at: clock.iso() });
      store.emit('status', snapshot(message));
    },
    receive(sms) {
      const record = { ...sms, receivedAt: clock.iso(), readBy: [] };
      remember(inbound, record, keep);
      store.emit('inbound', structuredClone(record));
      return record;
    },
    emit: (event, record) => {
      events.emit(event, record);
    },
    on(event, listener) {
      const heard = (record: SandboxEvents[typeof event]): void => safely(() => listener(record));
      events.on(event, heard);
      return () => {
        events.off(event, heard);
      };
    },
  };
  return store;
}

/** A copy that does not change any more. */
export function snapshot(message: OutboundRecord): OutboundRecord {
  return { ...message, life: message.life.map((step) => ({ ...step })) };
}

/** How a vendor tells a story: its words, and the way back of a phone's answer. */
export interface Telling {
  word(status: Status): string;
  reply(message: OutboundRecord, text: string): void;
}

/** Lets an accepted message live its story: the statuses that follow, each after its delay, and the phone's answer. */
export function live(clock: Clock, store: MessageStore, message: OutboundRecord, story: Story, telling: Telling): void {
  const move = (status: Status): void => store.move(message, status, telling.word(status));
  const finish = (): void => {
    const { end, reply } = story;
    if (!end) return;
    clock.after(clock.delays[end.after], () => {
      move(end.status);
      if (reply !== undefined) clock.after(clock.delays.reply, () => telling.reply(message, reply));
    });
  };
  if (message.status === 'sent') {
    finish();
    return;
  }
  clock.after(clock.delays.network, () => {
    move('sent');
    finish();
  });
}

/** Keeps a record under its id; the oldest go, beyond `keep`. */
export function remember<T extends { id: string }>(records: Map<string, T>, record: T, keep: number): void {
  records.set(record.id, record);
  for (const oldest of records.keys()) {
    if (records.size <= keep) return;
    records.delete(oldest);
  }
}
