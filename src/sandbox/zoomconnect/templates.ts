/** ZoomConnect's templates: the API reads and deletes them; they are written in the vendor's web pages. */
import type { Call, Template, ZoomConnect } from './account';
import type { Result } from './answers';
import { badRequest, notFound, nothing, ok } from './answers';
import { link } from './links';
import { paged } from './paging';

/** `GET templates/all`. */
export function allTemplates(call: Call): Result {
  const templates = paged(call, [...call.account.templates.values()]);
  return ok('templates', { webServiceTemplates: templates.map((template) => show(call.zoom, template)), links: [] });
}

/** `GET templates/{templateId}`. */
export function getTemplate({ zoom, account, parameters }: Call): Result {
  const template = account.templates.get(numericId(parameters[0], 'templateId'));
  if (!template) throw notFound();
  return ok('template', show(zoom, template));
}

/** `DELETE templates/{templateId}`. */
export function deleteTemplate({ zoom, account, parameters }: Call): Result {
  const existed = account.templates.delete(numericId(parameters[0], 'templateId'));
  if (!existed && zoom.assume.deleteOfNothingIs404) throw notFound();
  return nothing(zoom.assume.deleteIs204 ? 204 : 200);
}

/** Ids of templates and users are still whole numbers (Swagger, int64). @throws Fault 400 for another one */
export function numericId(id = '', name: string): number {
  if (/^\d{1,15}$/.test(id)) return Number(id);
  throw badRequest(`${name} must be a whole number`);
}

function show(zoom: ZoomConnect, template: Template): object {
  return { ...template, links: [link(zoom, 'self', `/templates/${template.templateId}`)] };
}
