/**
 * What the fields of the dialogs accept. A rule answers true, or the sentence why not. What is missing altogether, as in
 * a flow written by hand, stands for the default.
 */
(() => {
  window.smsEditor = window.smsEditor || {};
  const label = (node, name) => RED._(`@smsflow/node-red-sms/${node.type}:${node.type}.label.${name}`);
  const wrong = (rule, node, name, values) => smsEditor.text(`rules.${rule}`, { ...values, name: label(node, name) });
  const isBlank = (value) => value === null || value === '';

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

    /** An http or https URL, or nothing. */
    url(node, name, value) {
      if (!value) return true;
      const isWeb = URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
      return isWeb || wrong('url', node, name);
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

  /** While the dialog is open its type field is ahead of the node. */
  function typeOf(node, name) {
    return $(`#node-input-${name}Type`).val() || node[`${name}Type`];
  }
})();
