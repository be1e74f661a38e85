/** What the dialogs know of the providers: the admin API's catalog, and which account belongs to which provider. */
(() => {
  window.smsEditor = window.smsEditor || {};
  const NAMESPACE = '@smsflow/node-red-sms/sms-provider:';
  let loading;
  let known = [];
  let own = [];

  /** A label of the account's catalogue, which holds what several dialogs share; `fallback` when there is none. */
  smsEditor.text = (key, values, fallback) => {
    const full = NAMESPACE + key;
    const text = RED._(full, values);
    return text === full || text === key ? (fallback ?? text) : text;
  };

  /** What Node-RED fills in for a subflow, or at the start: it is known only at run time. */
  smsEditor.isFromEnvironment = (value) => /^\$\{\w+\}$/.test(value);

  /** Promise of the providers. Asked once per page; a failure is forgotten, so that the next dialog asks again. */
  smsEditor.providers = () => {
    loading ??= smsEditor.ask('GET', 'sms-provider/catalog').then(
      (answer) => {
        known = answer.providers;
        own = answer.operations ?? [];
        smsEditor.checkAgain();
        return known;
      },
      (error) => {
        loading = undefined;
        throw error;
      },
    );
    return loading;
  };

  /** The provider of this id, if the catalog is here already. */
  smsEditor.provider = (id) => known.find((provider) => provider.id === id);

  /** What can be asked of any account, whoever the provider is, if the catalog is here already. */
  smsEditor.ownOperations = () => own;

  /** Promise of the provider as an account (the id of an sms-provider node) has it; undefined without such an account. */
  smsEditor.providerOfAccount = async (account) => {
    const node = RED.nodes.node(account);
    if (!node) return undefined;
    const providers = await smsEditor.providers();
    const provider = providers.find(({ id }) => id === node.provider);
    return provider && smsEditor.withSettings(provider, node);
  };

  /** The provider with what it can do when an account has these settings; `webhook` is one more of its capabilities. */
  smsEditor.withSettings = (provider, settings) => {
    const standard = (name) => provider.fields.find((field) => field.name === name)?.options?.[0];
    const isSo = ([name, value]) => (settings[name] || standard(name)) === value;
    const variant = (provider.variants ?? []).find((one) => Object.entries(one.settings).every(isSo));
    const all = { ...provider, ...variant };
    const webhook = all.webhook ? true : all.capabilities.callback;
    return { ...all, capabilities: { ...all.capabilities, webhook } };
  };

  /** The names of the settings that decide what an account of this provider can do. */
  smsEditor.decisive = (provider) => {
    const settings = (provider?.variants ?? []).flatMap((variant) => Object.keys(variant.settings));
    return settings.filter((name, index) => settings.indexOf(name) === index);
  };

  /**
   * The sentence why a provider can do none of these (names with blanks between): that of the first. Undefined when it
   * can do one of them, or when nothing is known.
   */
  smsEditor.whyNot = (provider, capabilities) => {
    const answers = capabilities.split(' ').map((name) => provider?.capabilities[name]);
    return answers.every((answer) => typeof answer === 'string') ? answers[0] : undefined;
  };

  /** Asks the admin API. Relative to the editor's page, so that httpAdminRoot holds. Rejects with a sentence to show. */
  smsEditor.ask = (method, path, body) =>
    new Promise((resolve, reject) => {
      const json = body === undefined ? undefined : JSON.stringify(body);
      $.ajax({ method, url: path, data: json, contentType: 'application/json', dataType: 'json' })
        .done(resolve)
        .fail((answer) => {
          const error = new Error(reason(answer));
          error.status = answer.status;
          reject(error);
        });
    });

  function reason(answer) {
    const told = answer.responseJSON?.message;
    if (told) return told;
    if (answer.status === 0) return smsEditor.text('shared.unreachable');
    if (answer.status === 401 || answer.status === 403) return smsEditor.text('shared.forbidden');
    return smsEditor.text('shared.refused', { status: answer.status });
  }
})();
