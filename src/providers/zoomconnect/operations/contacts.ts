/** "Contacts" and "Groups", and who is in which. */
import type { Operation, SchemaBuilder, TSchema } from '../../provider';
import { API, CLOSED, DOC, idResult, maybe, nextPage, nothing, orNothing, paging, pathId, text } from './shapes';

const CONTACTS = `${API}/contacts`;
const GROUPS = `${API}/groups`;

export const contactOperations: readonly Operation[] = [
  {
    id: 'zoomconnect.contacts.all',
    title: 'List all contacts',
    method: 'GET',
    path: `${CONTACTS}/all`,
    params: (t) => t.Object(paging(t), CLOSED),
    result: (t) => t.Object({ webServiceContacts: t.Array(contact(t)) }),
    next: nextPage('webServiceContacts'),
    writes: false,
    source: `${DOC}, GET contacts/all`,
  },
  {
    id: 'zoomconnect.contacts.create',
    title: 'Create a contact',
    method: 'POST',
    path: `${CONTACTS}/create`,
    params: (t) =>
      t.Object(
        {
          ...contactFields(t),
          contactId: t.Optional(t.String({ description: 'In the request of the guide; the vendor chooses the id' })),
        },
        CLOSED,
      ),
    result: contact,
    writes: true,
    source: `${DOC}, POST contacts/create`,
  },
  {
    id: 'zoomconnect.contacts.delete',
    title: 'Delete a contact',
    method: 'DELETE',
    path: `${CONTACTS}/{contactId}`,
    params: (t) => t.Object({ contactId: contactId(t) }, CLOSED),
    result: nothing,
    writes: true,
    source: `${DOC}, DELETE contacts/{contactId}`,
  },
  {
    id: 'zoomconnect.contacts.get',
    title: 'Read a contact',
    method: 'GET',
    path: `${CONTACTS}/{contactId}`,
    params: (t) => t.Object({ contactId: contactId(t) }, CLOSED),
    result: contact,
    writes: false,
    source: `${DOC}, GET contacts/{contactId}`,
  },
  {
    id: 'zoomconnect.contacts.update',
    title: 'Change a contact',
    method: 'POST',
    path: `${CONTACTS}/{contactId}`,
    params: (t) => t.Object({ contactId: contactId(t), ...contactFields(t) }, CLOSED),
    result: orNothing(contact),
    writes: true,
    source: `${DOC}, POST contacts/{contactId}`,
  },
  // The vendor's own misnomer: "addFromGroup … Remove a contact from a group".
  ...membership(
    'contacts.removeFromGroup',
    'Remove a contact from a group',
    'contacts/{contactId}/addFromGroup/{groupId}',
  ),
  ...membership('contacts.addToGroup', 'Add a contact to a group', 'contacts/{contactId}/addToGroup/{groupId}'),
  {
    id: 'zoomconnect.groups.all',
    title: 'List all groups',
    method: 'GET',
    path: `${GROUPS}/all`,
    params: (t) => t.Object(paging(t), CLOSED),
    result: (t) => t.Object({ webServiceGroups: t.Array(group(t)) }),
    next: nextPage('webServiceGroups'),
    writes: false,
    source: `${DOC}, GET groups/all`,
  },
  {
    id: 'zoomconnect.groups.create',
    title: 'Create a group',
    method: 'POST',
    path: `${GROUPS}/create`,
    params: (t) =>
      t.Object(
        {
          name: text(t, 'The name of the group'),
          groupId: t.Optional(t.String({ description: 'In the request of the guide; the vendor chooses the id' })),
        },
        CLOSED,
      ),
    result: group,
    writes: true,
    source: `${DOC}, POST groups/create`,
  },
  {
    id: 'zoomconnect.groups.get',
    title: 'Read a group',
    method: 'GET',
    path: `${GROUPS}/{groupId}`,
    params: (t) => t.Object({ groupId: groupId(t) }, CLOSED),
    result: group,
    writes: false,
    source: `${DOC}, GET groups/{groupId}`,
  },
  {
    id: 'zoomconnect.groups.delete',
    title: 'Delete a group',
    method: 'DELETE',
    path: `${GROUPS}/{groupId}`,
    params: (t) => t.Object({ groupId: groupId(t) }, CLOSED),
    result: nothing,
    writes: true,
    source: `${DOC}, DELETE groups/{groupId}`,
  },
  {
    id: 'zoomconnect.groups.update',
    title: 'Rename a group',
    method: 'POST',
    path: `${GROUPS}/{groupId}`,
    params: (t) => t.Object({ groupId: groupId(t), name: text(t, 'The new name of the group') }, CLOSED),
    result: orNothing(group),
    writes: true,
    source: `${DOC}, POST groups/{groupId}`,
  },
  ...membership('groups.addContact', 'Add a contact to a group', 'groups/{groupId}/addContact/{contactId}'),
  ...membership('groups.removeContact', 'Remove a contact from a group', 'groups/{groupId}/removeContact/{contactId}'),
];

/** "GET or POST": the vendor's GET changes something here. */
function membership(name: string, title: string, path: string): Operation[] {
  const shared = {
    path: `${API}/${path}`,
    params: (t: SchemaBuilder) => t.Object({ contactId: contactId(t), groupId: groupId(t) }, CLOSED),
    result: nothing,
    writes: true,
    source: `${DOC}, GET or POST ${path}`,
  };
  return [
    { id: `zoomconnect.${name}.get`, title: `${title}, by GET`, method: 'GET', ...shared },
    { id: `zoomconnect.${name}.post`, title: `${title}, by POST`, method: 'POST', ...shared },
  ];
}

function contactId(t: SchemaBuilder) {
  return pathId(t, 'The id of the contact');
}

function groupId(t: SchemaBuilder) {
  return pathId(t, 'The id of the group');
}

function contactFields(t: SchemaBuilder) {
  return {
    firstName: t.Optional(t.String({ description: 'First name' })),
    lastName: t.Optional(t.String({ description: 'Last name' })),
    contactNumber: t.Optional(t.String({ description: 'Phone number' })),
    title: t.Optional(t.String({ description: 'Title, such as Ms' })),
  };
}

function contact(t: SchemaBuilder): TSchema {
  return t.Object({
    contactId: idResult(t),
    contactNumber: maybe(t, t.String()),
    firstName: maybe(t, t.String()),
    lastName: maybe(t, t.String()),
    title: maybe(t, t.String()),
  });
}

function group(t: SchemaBuilder): TSchema {
  return t.Object({ groupId: idResult(t), name: maybe(t, t.String()) });
}
