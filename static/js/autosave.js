// Saves a form while it is filled in, one request at a time. What is not saved yet lives in the
// open page and nowhere else; the mark in the masthead says so.

const PAUSE = 1200;
const FIRST_RETRY = 2000;
const LONGEST_RETRY = 30000;
const FINAL = new Set(['closed', 'link']);

export class Autosave {
  constructor(form, mark, texts) {
    this.form = form;
    this.mark = mark;
    this.texts = texts;
    this.isDirty = false;
    this.isLeaving = false;
    this.running = null;
    this.timer = 0;
    this.wait = FIRST_RETRY;
    window.addEventListener('online', () => this.flush());
    window.addEventListener('beforeunload', (event) => {
      if (this.isDirty && !this.isLeaving) event.preventDefault();
    });
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') this.flush();
    });
    form.addEventListener('submit', (event) => this.leave(event));
  }

  // Something was typed.
  touched() {
    this.isDirty = true;
    this.later(PAUSE);
  }

  later(pause) {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.flush(), pause);
  }

  flush() {
    if (!this.isDirty || this.isLeaving) return;
    if (this.running) return;
    window.clearTimeout(this.timer);
    this.running = this.send().finally(() => { this.running = null; });
  }

  async send() {
    this.isDirty = false;
    this.say('saving');
    let response;
    try {
      response = await fetch(this.form.dataset.draft, {
        method: 'POST',
        body: new URLSearchParams(new FormData(this.form)),
        credentials: 'same-origin',
        keepalive: true,
      });
      await this.received(response.status, await response.json());
    } catch {
      this.failed(response ? 'retrying' : 'offline');
    }
  }

  async received(status, answer) {
    if (answer.saved) {
      this.form.elements.version.value = answer.version;
      this.wait = FIRST_RETRY;
      if (this.isDirty) this.later(PAUSE);
      else this.say('saved');
    } else if (answer.csrf_token) {
      this.form.elements.csrf_token.value = answer.csrf_token;
      this.failed('retrying');
    } else if (answer.conflict) {
      this.say('conflict'); // kept beside the other version; a choice follows on the next page
    } else if (FINAL.has(answer.error) || answer.error === 'locked') {
      this.isDirty = true;
      this.say(answer.error === 'closed' ? 'closed' : 'link');
    } else {
      this.failed('retrying');
    }
  }

  failed(state) {
    this.isDirty = true;
    this.say(state === 'offline' || !navigator.onLine ? 'offline' : 'retrying');
    this.later(this.wait);
    this.wait = Math.min(this.wait * 2, LONGEST_RETRY);
  }

  // A form that is sent while a save is under way would meet its own older version.
  leave(event) {
    if (this.running) {
      event.preventDefault();
      const button = event.submitter;
      this.running.then(() => this.form.requestSubmit(button));
      return;
    }
    window.clearTimeout(this.timer);
    this.isLeaving = true;
  }

  // Speaks only when the state changes: a word in the masthead, what it means above the bar that
  // stays in view.
  say(state) {
    if (!this.mark.hidden && this.mark.dataset.state === state) return;
    this.mark.hidden = false;
    this.mark.dataset.state = state;
    this.mark.textContent = this.texts.marks[state];
    const note = this.texts.notes[state] ?? '';
    for (const one of this.form.querySelectorAll('[data-saved-note]')) {
      one.textContent = note;
      one.hidden = !note;
    }
    if (note) this.mark.append(this.unseen(note));
  }

  unseen(text) {
    const span = document.createElement('span');
    span.className = 'vh';
    span.textContent = `. ${text}`;
    return span;
  }
}
