/** ZoomConnect, "SMS Messenger" of South Africa. */
import { SmsError } from '../../sms/errors';
import type { Provider } from '../provider';
import { timeToSend } from './dates';
import { operations } from './operations';
import { NO_SENDER } from './send';
import { verbs } from './verbs';
import { webhook } from './webhook';
import { headers, LABEL, WAYS, wire } from './wire';

export const zoomconnect: Provider = {
  id: 'zoomconnect',
  label: LABEL,
  baseUrl: 'https://www.zoomconnect.com/app',
  rate: 0,
  fields: [
    { name: 'email', kind: 'credential', required: true },
    { name: 'token', kind: 'credential', secret: true, required: true },
    { name: 'authentication', kind: 'setting', type: 'select', options: WAYS },
    { name: 'urlToken', kind: 'credential', secret: true },
    { name: 'webhookSecret', kind: 'credential', secret: true },
  ],
  authorisation: { needs: ['email', 'token'], headers },
  wire,
  operations,
  verbs,
  optedOut: ['FAILED_OPTOUT'],
  options: {
    operation: 'zoomconnect.sms.send',
    names: ['campaign', 'dataField', 'dateToSend'],
    time: { name: 'dateToSend', read: timeToSend },
  },
  choices: {
    templateId: {
      operation: 'zoomconnect.templates.all',
      list: 'webServiceTemplates',
      value: 'templateId',
      label: ['name', 'data'],
    },
    groupId: { operation: 'zoomconnect.groups.all', list: 'webServiceGroups', value: 'groupId', label: ['name'] },
    contactId: {
      operation: 'zoomconnect.contacts.all',
      list: 'webServiceContacts',
      value: 'contactId',
      label: ['firstName', 'lastName', 'contactNumber'],
    },
  },
  webhook,
  cannot: {
    callback:
      'ZoomConnect pushes to the addresses that you set in its developer settings; paste that of webhook-in there, for replies and for delivery reports.',
    sender: NO_SENDER,
    senders: 'ZoomConnect has no senders to choose from; it chooses the number that an SMS comes from.',
    history: 'ZoomConnect tells the last status of an SMS only, not those before it.',
    statusQueue: 'ZoomConnect has no status queue; sms-status-queue asks for each message that is still on its way.',
  },
  checkSender: () => {
    throw new SmsError('SMS_UNSUPPORTED', NO_SENDER);
  },
};
