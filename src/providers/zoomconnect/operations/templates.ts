/** "Templates": texts kept at the vendor, made in its own pages. */
import type { Operation, SchemaBuilder, TSchema } from '../../provider';
import { API, CLOSED, DOC, idResult, maybe, nextPage, nothing, paging } from './shapes';

const TEMPLATES = `${API}/templates`;

export const templateOperations: readonly Operation[] = [
  {
    id: 'zoomconnect.templates.all',
    title: 'List all templates',
    method: 'GET',
    path: `${TEMPLATES}/all`,
    params: (t) => t.Object(paging(t), CLOSED),
    result: (t) => t.Object({ webServiceTemplates: t.Array(template(t)) }),
    next: nextPage('webServiceTemplates'),
    writes: false,
    source: `${DOC}, GET templates/all`,
  },
  {
    id: 'zoomconnect.templates.get',
    title: 'Read a template',
    method: 'GET',
    path: `${TEMPLATES}/{templateId}`,
    params: byId,
    result: template,
    writes: false,
    source: `${DOC}, GET templates/{templateId}`,
  },
  {
    id: 'zoomconnect.templates.delete',
    title: 'Delete a template',
    method: 'DELETE',
    path: `${TEMPLATES}/{templateId}`,
    params: byId,
    result: nothing,
    writes: true,
    source: `${DOC}, DELETE templates/{templateId}`,
  },
];

function byId(t: SchemaBuilder) {
  return t.Object({ templateId: t.Integer({ minimum: 0, description: 'The id of the template' }) }, CLOSED);
}

function template(t: SchemaBuilder): TSchema {
  return t.Object({ templateId: idResult(t), name: maybe(t, t.String()), data: maybe(t, t.String()) });
}
