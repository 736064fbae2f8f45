// Proposals: every text and every choice is saved as it is made.

import { Autosave } from './autosave.js';

const form = document.querySelector('[data-proposals]');
const autosave = new Autosave(form, document.querySelector('[data-saved]'), JSON.parse(form.dataset.texts));
form.addEventListener('input', () => autosave.touched());
window.addEventListener('pageshow', (event) => { if (event.persisted) autosave.returned(); });
