// Comparisons: what is not asked is out of the way, and what the answers give is kept up to date.

import { Card, form, fill, start, texts } from './questionnaire.js';

class Pairwise extends Card {
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

class BestWorst extends Card {
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
    for (const part of this.headings) this.nameIt(part, part.dataset.against === 'best' ? best : worst);
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

start('pairwise', Pairwise);
start('best_worst', BestWorst);

form.addEventListener('draft-saved', (event) => {
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
