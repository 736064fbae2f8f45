// Comparisons: what is not asked is out of the way, and what the answers give is kept up to date.

import { Card, Row, form, fill, start, texts } from './questionnaire.js';

// A row whose figure follows from comparisons: the server computes it and tells it after each save.
class WeighedRow extends Row {
  constructor(element, card) {
    super(element, card);
    const details = element.querySelector('[data-reason]');
    this.asked = details.querySelector('summary').hidden ? details.querySelector('label').textContent : '';
  }

  drawMark() {}

  prompt() { return this.asked; }

  learn({ mark, said, prompt }) {
    if (mark) this.mark?.setAttribute('d', mark);
    else this.mark?.removeAttribute('d');
    const words = this.element.querySelector('[data-now-said]');
    words.hidden = !said;
    words.querySelector('dd').textContent = said;
    this.asked = prompt;
    this.ask();
  }
}

class Weighed extends Card {
  static Row = WeighedRow;

  learn(told) {
    const rows = this.rows.filter((row) => row.element.dataset.row in told);
    for (const row of rows) row.learn(told[row.element.dataset.row]);
    const key = this.element.querySelector('[data-now-key]');
    if (key && rows.length) key.hidden = rows.every((row) => !told[row.element.dataset.row].said);
  }
}

class Pairwise extends Weighed {
  constructor(element) {
    super(element);
    this.drawn();
  }

  drawn() {
    for (const pair of this.element.querySelectorAll('[data-comparison]')) {
      const side = pair.querySelector('input:checked')?.value;
      pair.querySelector('[data-times]').hidden = side !== 'first' && side !== 'second';
    }
  }
}

class BestWorst extends Weighed {
  constructor(element) {
    super(element);
    this.headings = [...element.querySelectorAll('[data-against]')];
    this.drawn();
  }

  chosen(role) {
    return this.element.querySelector(`[data-chooser="${role}"] input:checked`);
  }

  drawn() {
    const best = this.chosen('best');
    const worst = this.chosen('worst');
    const isOne = best && best.value === worst?.value; // nothing to compare: the server says so
    for (const part of this.headings) {
      this.nameIt(part, isOne ? null : part.dataset.against === 'best' ? best : worst);
    }
    const idle = { best: [best?.value], worst: [best?.value, worst?.value] };
    for (const one of this.element.querySelectorAll('[data-multiple]')) {
      one.hidden = idle[one.dataset.multiple].includes(one.dataset.item);
    }
  }

  nameIt(part, choice) {
    part.hidden = !choice;
    const role = part.dataset.against;
    const name = choice && choice.closest('label').textContent.trim();
    part.querySelector('h3').textContent = fill(texts.against[role], {
      item: name ? fill(texts.quoted, { name }) : texts[role],
    });
  }
}

const cards = [...start('pairwise', Pairwise), ...start('best_worst', BestWorst)];

form.addEventListener('draft-saved', (event) => {
  for (const card of cards) card.learn(event.detail.rows ?? {});
  for (const [question, sentences] of Object.entries(event.detail.help ?? {})) {
    const place = document.querySelector(`[data-help="${CSS.escape(question)}"]`);
    const shown = [...place.children].map((one) => one.textContent);
    if (shown.join('\n') === sentences.join('\n')) continue;
    place.replaceChildren(...sentences.map((sentence) => {
      const paragraph = document.createElement('p');
      paragraph.textContent = sentence;
      return paragraph;
    }));
  }
});
