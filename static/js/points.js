// Arithmetic of points, without a page.

// Full-width signs and blanks become plain; nothing else changes.
export function plain(text) {
  const half = (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0);
  return text.replace(/[\uff01-\uff5e]/g, half).replace(/\s/g, '').replace(/\u2212/g, '-');
}

// The number of points in a field, or null where there is none.
export function whole(text) {
  const typed = plain(text);
  return /^[0-9]{1,3}$/.test(typed) ? Number(typed) : null;
}

// One step up (+1) or down (-1). From an empty field up gives one step, down a deliberate zero; a
// number between two steps goes to the next one in that direction.
export function stepped(value, direction, step, total) {
  if (value === null) return direction > 0 ? step : 0;
  const next = direction > 0
    ? (Math.floor(value / step) + 1) * step
    : (Math.ceil(value / step) - 1) * step;
  return Math.min(total, Math.max(0, next));
}

// What is left, split over the empty fields in whole steps; the first fields get the odd steps.
export function evenedOut(texts, step, total) {
  const left = total - sum(texts);
  const empty = texts.filter((text) => plain(text) === '').length;
  if (!empty || left < 0) return texts;
  const steps = Math.floor(left / step);
  let extra = steps % empty;
  return texts.map((text) => {
    if (plain(text) !== '') return text;
    const share = Math.floor(steps / empty) + (extra > 0 ? 1 : 0);
    extra -= 1;
    return String(share * step);
  });
}

// The sum of the fields that can be read.
export function sum(texts) {
  return texts.reduce((total, text) => total + (whole(text) ?? 0), 0);
}
