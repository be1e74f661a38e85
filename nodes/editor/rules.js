/**
 * What the fields of the dialogs accept. A rule answers true, or the sentence why not. What is missing altogether, as in
 * a flow written by hand, stands for the default.
 */
(() => {
  window.smsEditor = window.smsEditor || {};
  const label = (node, name) => RED._(`@smsflow/node-red-sms/${node.type}:${node.type}.label.${name}`);
  const wrong = (rule, node, name, values) => smsEditor.text(`rules.${rule}`, { ...values, name: label(node, name) });
  const isBlank = (value) => value === null || value === '';
  const { isInternational, problemIn, withPlus } = smsEditor.require('sms/number-text');
  const { toInstant } = smsEditor.require('sms/time');
  const { senderProblem } = smsEditor.require('providers/sender');

  smsEditor.rules = {
    /** A number of at least `min` (0) and at most `max`; `whole` for integers, `blank` when it may be left out. */
    number(node, name, value, { min = 0, max = Number.POSITIVE_INFINITY, whole = false, blank = false } = {}) {
      if (value === undefined) return true;
      if (isBlank(value)) return blank || wrong('missing', node, name);
      const number = Number(value);
      if (!Number.isFinite(number) || number < min) return wrong('atLeast', node, name, { min });
      if (number > max) return wrong('atMost', node, name, { max });
      return !whole || Number.isInteger(number) || wrong('whole', node, name);
    },

    /** The value of a TypedInput, checked as Node-RED does for its type. */
    typed(node, name, value, { blank = false } = {}) {
      if (value === undefined) return true;
      if (isBlank(value)) return blank || wrong('missing', node, name);
      const isEmptyText = !blank && typeOf(node, name) === 'str' && String(value).trim() === '';
      if (isEmptyText) return wrong('missing', node, name);
      const answer = RED.utils.validateTypedProperty(value, typeOf(node, name), {});
      return answer === true || `${label(node, name)}: ${answer}`;
    },

    /** As `typed`; written out as JSON it has to be an object. */
    object(node, name, value) {
      const answer = smsEditor.rules.typed(node, name, value, { blank: true });
      if (answer !== true || value === undefined || isBlank(value) || typeOf(node, name) !== 'json') return answer;
      const parsed = JSON.parse(value);
      return (parsed !== null && typeof parsed === 'object' && !Array.isArray(parsed)) || wrong('object', node, name);
    },

    /** The account of a node: there, switched on and filled in. */
    account(value, name = smsEditor.text('shared.account')) {
      const said = (rule) => smsEditor.text(`rules.${rule}`, { name });
      if (!value || value === '_ADD_') return said('accountMissing');
      const account = RED.nodes.node(value);
      if (!account) return said('accountGone');
      if (account.d) return said('accountOff');
      return account.valid !== false || said('accountWrong');
    },

    /** The accounts that a message may go to instead: as `account`, each of them. */
    fallback(node, name) {
      const known = smsEditor.fallbackOf(node).filter((account) => !smsEditor.isFromEnvironment(account));
      const answers = known.map((account) => smsEditor.rules.account(account, label(node, name)));
      return answers.find((answer) => answer !== true) ?? true;
    },

    /** An account where one is needed: empty says that none is chosen, which `counting` tells. */
    askedAccount(node, value) {
      return current(node, 'ask') !== 'provider' || smsEditor.rules.account(value);
    },

    /** Who counts a text: a provider does so by an account. */
    counting(node, value) {
      const account = accountOf(node);
      return value !== 'provider' || (Boolean(account) && account !== '_ADD_') || smsEditor.text('rules.account');
    },

    /** Whom a message goes to, as far as it is written here: one number, or in JSON a number or a list of them. */
    recipients(node, name, value, options) {
      const answer = smsEditor.rules.typed(node, name, value, options);
      if (answer !== true || value === undefined || isBlank(value)) return answer;
      const type = typeOf(node, name);
      if (type !== 'str' && type !== 'json') return true;
      const region = RED.nodes.node(accountOf(node))?.region;
      const problem = type === 'str' ? numberProblem(value, region) : listProblem(JSON.parse(value), region);
      return problem === undefined || wrong(problem, node, name);
    },

    /** A sender that is written here, as the account's vendor takes it: refused in the words of the run time. */
    sender(node, name, value) {
      const answer = smsEditor.rules.typed(node, name, value, { blank: true });
      if (answer !== true || value === undefined || isBlank(value) || typeOf(node, name) !== 'str') return answer;
      return senderRefusal(providerOf(node), node, name, value);
    },

    /** The sender of an account. */
    ownSender(node, name, value) {
      if (value === undefined || isBlank(value)) return true;
      const provider = smsEditor.provider(node.provider);
      return senderRefusal(provider && smsEditor.withSettings(provider, node), node, name, value);
    },

    /** A time that is written here, or nothing. */
    time(node, name, value) {
      const answer = smsEditor.rules.typed(node, name, value, { blank: true });
      if (answer !== true || value === undefined || isBlank(value)) return answer;
      const type = typeOf(node, name);
      if (type !== 'str' && type !== 'num') return true;
      try {
        toInstant(type === 'num' ? Number(value) : String(value));
        return true;
      } catch {
        return wrong('time', node, name);
      }
    },

    /** When a message is to go, or nothing: a vendor that cannot wait needs the queue. */
    schedule(node, name, value) {
      const answer = smsEditor.rules.time(node, name, value);
      if (answer !== true || value === undefined || isBlank(value) || !isOff(node, 'queue')) return answer;
      const why = smsEditor.whyNot(providerOf(node), 'schedule');
      return why === undefined || `${label(node, name)}: ${why}`;
    },

    /** The vendor's own parameters of a message. */
    options(node, name, value) {
      const answer = smsEditor.rules.object(node, name, value);
      const names = providerOf(node)?.options;
      if (answer !== true || !value || typeOf(node, name) !== 'json' || !names) return answer;
      const foreign = Object.keys(JSON.parse(value)).find((option) => !names.includes(option));
      return foreign === undefined || wrong('option', node, name, { option: foreign });
    },

    /** What is asked of the account's provider. */
    operation(node, name, value) {
      const provider = value && providerOf(node);
      if (!provider || operationOf(provider, value)) return true;
      return wrong('operation', node, name, { provider: provider.label, operation: value });
    },

    /** Its parameters: as `object`, with all that it demands. */
    params(node, name, value) {
      const answer = smsEditor.rules.object(node, name, value);
      const provider = providerOf(node);
      if (answer !== true || !provider || !value || typeOf(node, name) !== 'json') return answer;
      const { required = [] } = operationOf(provider, current(node, 'operation'))?.params ?? {};
      const given = JSON.parse(value);
      const missing = required.filter((one) => given[one] === undefined);
      return missing.length === 0 || wrong('parameters', node, name, { missing: missing.join(', ') });
    },

    /** An http or https URL, or nothing. */
    url(node, name, value) {
      if (!value) return true;
      const isWeb = URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
      return isWeb || wrong('url', node, name);
    },

    /** The port of a server, or nothing; looked at only while the account asks for it. */
    port(node, name, value) {
      return (
        !isAsked(node, name) ||
        smsEditor.rules.number(node, name, value, { min: 1, max: 65_535, whole: true, blank: true })
      );
    },

    /** One e-mail address, or nothing; looked at only while the account asks for it. */
    email(node, name, value) {
      return !value || !isAsked(node, name) || /^[^\s@<>,;]+@[^\s@<>,;]+$/.test(value) || wrong('email', node, name);
    },

    /** An ISO 3166 country code of two letters, or nothing. */
    region(node, name, value) {
      return !value || /^[A-Za-z]{2}$/.test(value) || wrong('region', node, name);
    },

    /** Seconds with commas between them, each later than the one before. */
    lookups(node, name, value) {
      if (value === undefined) return true;
      const seconds = String(value)
        .split(',')
        .map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
      const rising = seconds.every((second, index) => second > (index === 0 ? 0 : seconds[index - 1]));
      return rising || wrong('lookups', node, name);
    },

    /** A path of httpNode: a slash first, no blanks, no query. Empty stands for the default. */
    path(node, name, value) {
      return !value || /^\/[^\s?#]*[^\s?#/]$/.test(value) || wrong('path', node, name);
    },
  };

  /** What is wrong with a number: the name of a sentence. The country itself is the run time's to check. */
  function numberProblem(written, region) {
    const problem = problemIn(String(written));
    if (problem) return problem.kind === 'several' ? 'recipientSeveral' : 'recipient';
    return region || isInternational(withPlus(String(written).trim())) ? undefined : 'recipientCountry';
  }

  function listProblem(given, region) {
    const list = Array.isArray(given) ? given : [given];
    const numbers = list.map((one) => (one !== null && typeof one === 'object' ? one.to : one));
    if (numbers.length === 0 || numbers.some((number) => typeof number !== 'string' || number.trim() === ''))
      return 'recipientList';
    return numbers.map((number) => numberProblem(number, region)).find(Boolean);
  }

  function senderRefusal(provider, node, name, value) {
    if (!provider) return true;
    const sender = String(value).trim();
    const why =
      smsEditor.whyNot(provider, 'sender') ?? (provider.senderRule && senderProblem(provider.senderRule, sender));
    return why === undefined || `${label(node, name)}: ${why}`;
  }

  function operationOf(provider, id) {
    return [...provider.operations, ...smsEditor.ownOperations()].find((operation) => operation.id === id);
  }

  /** The account's provider, if the catalog is here already. */
  function providerOf(node) {
    const account = RED.nodes.node(accountOf(node));
    const provider = account && smsEditor.provider(account.provider);
    return provider && smsEditor.withSettings(provider, account);
  }

  /** While the dialog of a node is open its controls are ahead of the node. */
  function controlOf(node, name) {
    const control = $(`#node-${node._def.category === 'config' ? 'config-' : ''}input-${name}`);
    return control.closest('.sms-dialog').data('node') === node ? control : $();
  }

  function typeOf(node, name) {
    const type = `${name}Type`;
    return controlOf(node, type).val() || node[type] || node._def.defaults[type]?.value;
  }

  function accountOf(node) {
    return controlOf(node, 'provider').val() || node.provider;
  }

  function isOff(node, name) {
    const control = controlOf(node, name);
    return control.length > 0 ? !control.prop('checked') : node[name] === false;
  }

  /** What a control says, or else the node, or else a new node. */
  function current(node, name) {
    return controlOf(node, name).val() ?? node[name] ?? node._def.defaults[name]?.value;
  }

  /** Whether the dialog of the account shows this field of its provider. */
  function isAsked(account, name) {
    const sandbox = controlOf(account, 'sandbox');
    if (sandbox.length > 0 ? sandbox.prop('checked') : smsEditor.migrated(account).sandbox === true) return false;
    const fields = smsEditor.provider(current(account, 'provider'))?.fields ?? [];
    const field = fields.find((one) => one.name === name);
    if (!field?.when) return field !== undefined;
    const standard = fields.find((one) => one.name === field.when.name)?.options?.[0];
    return field.when.is.includes(String(current(account, field.when.name) || standard || ''));
  }

  /** Once the providers are known, there is more to say of what is in the flow. */
  smsEditor.checkAgain = () => {
    const check = (node) => RULED.test(node.type) && RED.editor.validateNode(node);
    RED.nodes.eachConfig(check);
    RED.nodes.eachNode(check);
    RED.view.redraw();
  };
  const RULED = /^(sms-|webhook-in$)/;
})();
