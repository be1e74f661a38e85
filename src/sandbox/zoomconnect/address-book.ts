/** ZoomConnect's contacts and groups, and who is in which. */
import type { Call, Contact, Group, ZoomConnect } from './account';
import { remember } from './account';
import type { Result } from './answers';
import { badRequest, notFound, nothing, ok } from './answers';
import type { Link } from './links';
import { idOut, link } from './links';
import { paged } from './paging';
import type { Fields } from './read';
import { body, text } from './read';

/** `GET contacts/all`. */
export function allContacts(call: Call): Result {
  const contacts = paged(call, [...call.account.contacts.values()]);
  return ok('contacts', { webServiceContacts: contacts.map((contact) => showContact(call, contact)), links: [] });
}

/** `POST contacts/create`; a `contactId` in the body is passed over. */
export function createContact(call: Call): Result {
  const { zoom, account, request } = call;
  const blank = { contactId: zoom.nextId(), contactNumber: null, firstName: null, lastName: null, title: null };
  const contact = write(blank, body(request, 'contact', zoom.assume));
  remember(account.contacts, contact.contactId, contact, zoom.world.keep);
  return { ...ok('contact', showContact(call, contact)), status: created(zoom) };
}

/** `GET contacts/{contactId}`. */
export function getContact(call: Call): Result {
  return ok('contact', showContact(call, contactOf(call, call.parameters[0])));
}

/** `POST contacts/{contactId}`: a field that is absent or null stays as it is. */
export function updateContact(call: Call): Result {
  const contact = contactOf(call, call.parameters[0]);
  return ok('contact', showContact(call, write(contact, body(call.request, 'contact', call.zoom.assume))));
}

/** `DELETE contacts/{contactId}`; it leaves its groups too. */
export function deleteContact({ zoom, account, parameters: [id = ''] }: Call): Result {
  const existed = account.contacts.delete(id);
  for (const { contacts } of account.groups.values()) contacts.delete(id);
  return deleted(zoom, existed);
}

/** `GET groups/all`. */
export function allGroups(call: Call): Result {
  const groups = paged(call, [...call.account.groups.values()]);
  return ok('groups', { webServiceGroups: groups.map((group) => showGroup(call, group)), links: [] });
}

/** `POST groups/create`. */
export function createGroup(call: Call): Result {
  const { zoom, account, request } = call;
  const name = groupName(body(request, 'group', zoom.assume));
  const group: Group = { groupId: zoom.nextId(), name, contacts: new Set() };
  remember(account.groups, group.groupId, group, zoom.world.keep);
  return { ...ok('group', showGroup(call, group)), status: created(zoom) };
}

/** `GET groups/{groupId}`. */
export function getGroup(call: Call): Result {
  return ok('group', showGroup(call, groupOf(call, call.parameters[0])));
}

/** `POST groups/{groupId}`. */
export function updateGroup(call: Call): Result {
  const group = groupOf(call, call.parameters[0]);
  group.name = groupName(body(call.request, 'group', call.zoom.assume));
  return ok('group', showGroup(call, group));
}

/** `DELETE groups/{groupId}`; its contacts stay. */
export function deleteGroup({ zoom, account, parameters: [id = ''] }: Call): Result {
  return deleted(zoom, account.groups.delete(id));
}

/** `contacts/{contactId}/addToGroup/{groupId}`. */
export const addToGroup = (call: Call): Result => join(call, call.parameters[0], call.parameters[1]);

/** `contacts/{contactId}/addFromGroup/{groupId}`, which removes ("Remove a contact from a group"). */
export const removeFromGroup = (call: Call): Result => part(call, call.parameters[0], call.parameters[1]);

/** `groups/{groupId}/addContact/{contactId}`. */
export const addContact = (call: Call): Result => join(call, call.parameters[1], call.parameters[0]);

/** `groups/{groupId}/removeContact/{contactId}`. */
export const removeContact = (call: Call): Result => part(call, call.parameters[1], call.parameters[0]);

function join(call: Call, contactId?: string, groupId?: string): Result {
  groupOf(call, groupId).contacts.add(contactOf(call, contactId).contactId);
  return nothing();
}

function part(call: Call, contactId?: string, groupId?: string): Result {
  groupOf(call, groupId).contacts.delete(contactOf(call, contactId).contactId);
  return nothing();
}

function contactOf({ account }: Call, id = ''): Contact {
  const contact = account.contacts.get(id);
  if (!contact) throw notFound();
  return contact;
}

function groupOf({ account }: Call, id = ''): Group {
  const group = account.groups.get(id);
  if (!group) throw notFound();
  return group;
}

function write(contact: Contact, fields: Fields): Contact {
  for (const name of ['contactNumber', 'firstName', 'lastName', 'title'] as const) {
    contact[name] = text(fields, name) ?? contact[name];
  }
  return contact;
}

/** The vendor's own words for a group without a name (seen). */
function groupName(fields: Fields): string {
  const name = text(fields, 'name');
  if (!name?.trim()) throw badRequest('Group name us required');
  return name;
}

function showContact({ zoom, account }: Call, contact: Contact): object {
  const { contactId } = contact;
  const groups = zoom.assume.linksShowMembership
    ? [...account.groups.values()].filter(({ contacts }) => contacts.has(contactId))
    : [];
  const links: Link[] = [
    link(zoom, 'self', `/contacts/${contactId}`),
    ...groups.map(({ groupId }) => link(zoom, 'group', `/groups/${groupId}`)),
  ];
  return { ...contact, contactId: idOut(zoom, contactId), links };
}

function showGroup({ zoom }: Call, { groupId, name, contacts }: Group): object {
  const members = zoom.assume.linksShowMembership ? [...contacts] : [];
  const links: Link[] = [
    link(zoom, 'self', `/groups/${groupId}`),
    ...members.map((contactId) => link(zoom, 'contact', `/contacts/${contactId}`)),
  ];
  return { groupId: idOut(zoom, groupId), name, links };
}

const created = ({ assume }: ZoomConnect): number => (assume.createdIs201 ? 201 : 200);

function deleted({ assume }: ZoomConnect, existed: boolean): Result {
  if (!existed && assume.deleteOfNothingIs404) throw notFound();
  return nothing(assume.deleteIs204 ? 204 : 200);
}
