// The 100-point questionnaire: steppers, what is left, prompts for a reason, undo, saving. The page
// does all of this without script too, by sending the form.

import { Autosave } from './autosave.js';
import { evenedOut, plain, stepped, sum, whole } from './points.js';

const MINUS = '\u2212';
const LEFT_END = 12; // of the feedback strip, as drawn by the server
const STRIP_WIDTH = 336;
const SAY_AT_MOST_EVERY = 1000;
const PROMPT_AFTER = 700;

const form = document.querySelector('[data-allocation]');
const texts = JSON.parse(form.dataset.texts);
const autosave = new Autosave(form, document.querySelector('[data-saved]'), texts);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (slot, name) => values[name] ?? slot);
const plural = (pair, count) => fill(pair[count === 1 ? 0 : 1], { n: count });

// ------------------------------------------------------------------------------------- one row

class Row {
  constructor(element, card) {
    this.element = element;
    this.card = card;
    this.input = element.querySelector('[data-stepper] input');
    this.name = element.querySelector('h3').textContent;
    this.last = this.number('last');
    this.low = this.number('low');
    this.high = this.number('high');
    this.mark = element.querySelector('[data-now]');
    this.timer = 0;
    this.addSteps(element.querySelector('[data-stepper]'));
    this.input.addEventListener('input', () => card.typed(this));
    this.input.addEventListener('blur', () => this.tidy());
    this.input.addEventListener('keydown', (event) => this.pressed(event));
    element.querySelector('[data-reason] textarea').addEventListener('input', () => autosave.touched());
  }

  number(name) {
    const text = this.element.dataset[name];
    return text === undefined ? null : Number(text);
  }

  get value() { return whole(this.input.value); }

  addSteps(stepper) {
    stepper.classList.remove('bare');
    stepper.prepend(this.button(-1));
    stepper.append(this.button(1));
  }

  button(direction) {
    const button = document.createElement('button');
    const step = `${direction > 0 ? '+' : MINUS}${this.card.step}`;
    button.type = 'button';
    button.textContent = step;
    button.setAttribute('aria-label', fill(texts.step, { n: step, name: this.name }));
    button.addEventListener('click', () => this.step(direction));
    return button;
  }

  step(direction) {
    this.input.value = stepped(this.value, direction, this.card.step, this.card.total);
    this.card.typed(this);
  }

  pressed(event) {
    const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (direction) {
      event.preventDefault();
      this.step(direction);
    } else if (event.key === 'Enter' && !event.isComposing) {
      event.preventDefault();
      this.card.after(this)?.input.focus();
    }
  }

  tidy() {
    const tidied = plain(this.input.value);
    if (tidied === this.input.value) return;
    this.input.value = tidied;
    this.card.typed(this);
  }

  draw() {
    this.drawMark();
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.ask(), PROMPT_AFTER);
  }

  drawMark() {
    if (!this.mark) return;
    const { value } = this;
    if (value === null || value > this.card.total) {
      this.mark.removeAttribute('d');
      return;
    }
    const x = LEFT_END + (value * STRIP_WIDTH) / this.card.total;
    this.mark.setAttribute('d', `M${x.toFixed(1)} ${value === this.last ? 18.5 : 19.5}l-6-11h12z`);
  }

  prompt() {
    const answer = this.value ?? this.last;
    if (answer === null || this.card.isAbstained) return '';
    if (this.low !== null && (answer < this.low || answer > this.high)) {
      return fill(texts.outside, { n: answer, low: this.low, high: this.high });
    }
    const moved = this.value === null || this.last === null ? 0 : Math.abs(this.value - this.last);
    return moved > this.card.step ? plural(texts.moved, moved) : '';
  }

  // Shows why a reason would help; an empty field that nothing asks for any more folds up again.
  ask() {
    const details = this.element.querySelector('[data-reason]');
    const summary = details.querySelector('summary');
    const prompt = this.prompt();
    const wasAsked = summary.hidden;
    details.querySelector('label').textContent = prompt || texts.plain;
    summary.hidden = Boolean(prompt);
    if (prompt) details.open = true;
    else if (wasAsked && !details.querySelector('textarea').value.trim()) details.open = false;
  }
}

// --------------------------------------------------------------------------------- one question

class Card {
  constructor(element) {
    this.element = element;
    this.total = Number(element.dataset.total);
    this.step = Number(element.dataset.step);
    this.abstain = form.elements[`abstain.${element.dataset.card}`];
    this.rows = [...element.querySelectorAll('[data-row]')].map((row) => new Row(row, this));
    this.remainder = element.querySelector('[data-remainder]');
    this.tools = element.querySelector('[data-tools]');
    this.live = this.addLiveRegion();
    this.tools.addEventListener('click', (event) => this.useTool(event));
    this.abstain.addEventListener('change', () => this.changed());
  }

  get isAbstained() { return this.abstain.checked; }

  get values() { return this.rows.map((row) => row.input.value); }

  // The number in view changes at once; it is read aloud at most once a second.
  addLiveRegion() {
    const live = document.createElement('span');
    live.className = 'vh';
    live.setAttribute('aria-live', 'polite');
    this.remainder.querySelector('output').setAttribute('aria-live', 'off');
    this.remainder.append(live);
    return live;
  }

  after(row) { return this.rows[this.rows.indexOf(row) + 1]; }

  typed(row) {
    row.input.removeAttribute('aria-invalid');
    form.elements.kept.value = '';
    this.forgetUndo();
    this.changed();
  }

  changed() {
    for (const row of this.rows) {
      row.element.classList.toggle('is-abstained', this.isAbstained);
      row.draw();
    }
    this.drawRemainder();
    autosave.touched();
  }

  drawRemainder() {
    const given = sum(this.values);
    const left = this.total - given;
    const said = left === 0 ? texts.exact : plural(left > 0 ? texts.left : texts.over, Math.abs(left));
    this.remainder.dataset.state = left === 0 ? 'exact' : left < 0 ? 'over' : given ? 'left' : 'empty';
    this.remainder.querySelector('output').textContent = said;
    this.remainder.querySelector('.of').textContent = fill(texts.given, { n: given });
    this.drawBar(given, left);
    this.sayLater(said);
  }

  drawBar(given, left) {
    const scale = 100 / Math.max(this.total, given);
    const bar = this.remainder.querySelector('svg');
    const [track] = bar.children;
    bar.replaceChildren(track);
    let at = 0;
    for (const points of this.values.map(whole).filter(Boolean)) {
      bar.append(rectangle('rem-seg', at, points * scale));
      if (at) bar.append(rectangle('rem-gap', at - 0.15, 0.3));
      at += points * scale;
    }
    if (left < 0) bar.append(rectangle('rem-over', this.total * scale, 100 - this.total * scale));
  }

  sayLater(said) {
    window.clearTimeout(this.speaking);
    this.speaking = window.setTimeout(() => { this.live.textContent = said; }, SAY_AT_MOST_EVERY);
  }

  // The three acts are done in the page; one undo takes their place.
  useTool(event) {
    const button = event.target.closest('button[name="action"]');
    if (!button) return;
    event.preventDefault();
    const before = { values: this.values, abstained: this.abstain.checked, kept: form.elements.kept.value };
    const act = button.value.split('.')[0];
    if (act === 'keep') this.keep();
    if (act === 'even') this.fill(evenedOut(this.values, this.step, this.total));
    if (act === 'clear') this.fill(this.values.map(() => ''));
    if (act !== 'keep') form.elements.kept.value = '';
    this.offerUndo(before);
    this.changed();
  }

  keep() {
    this.abstain.checked = false;
    this.fill(this.rows.map((row) => (row.last === null ? '' : String(row.last))));
    const isLast = (row) => row.last !== null && row.value === row.last;
    form.elements.kept.value = cards.every((card) => card.rows.every(isLast)) ? '1' : '';
  }

  fill(values) {
    this.rows.forEach((row, at) => { row.input.value = values[at]; });
  }

  offerUndo(before) {
    this.forgetUndo();
    const undo = document.createElement('button');
    undo.type = 'button';
    undo.className = 'btn link slight';
    undo.textContent = texts.undo;
    undo.addEventListener('click', () => {
      this.fill(before.values);
      this.abstain.checked = before.abstained;
      form.elements.kept.value = before.kept;
      this.forgetUndo();
      this.tools.querySelector('button').focus();
      this.changed();
    });
    for (const one of this.tools.children) one.hidden = true;
    this.tools.append(undo);
    this.undo = undo;
    undo.focus();
  }

  forgetUndo() {
    this.undo?.remove();
    this.undo = null;
    for (const one of this.tools.children) one.hidden = false;
  }
}

function rectangle(name, x, width) {
  const shape = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  const attributes = { class: name, x: x.toFixed(2), width: width.toFixed(2), height: 10 };
  for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, value);
  return shape;
}

// ------------------------------------------------------------------------------------- the page

const cards = [...document.querySelectorAll('[data-card]')].map((card) => new Card(card));

// A page that answered a form, once what it shows is stored: going back or reloading asks for it
// anew instead of sending the old form again.
if (!document.querySelector('[data-saved]').hidden) window.history.replaceState(null, '', window.location.href);
window.addEventListener('pageshow', (event) => { if (event.persisted) autosave.returned(); });
